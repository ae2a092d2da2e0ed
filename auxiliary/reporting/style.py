"""The style of all figures.

Figures are made without pyplot, so nothing stays open and no global setting changes. `new_figure` makes them;
functions that draw into them are decorated with `@styled`.
"""

import base64
import functools
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from PIL import Image

from auxiliary.core.files import replacing
from auxiliary.reporting.fonts import families
from auxiliary.reporting.names import EXPLANATION, Names, stand_in_table
from auxiliary.reporting.tables import NOTEBOOK_STYLE

# Okabe and Ito, "Color universal design" (2008): distinct with every kind of colour vision.
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY = "#CC79A7", "#56B4E9"
GREY, LIGHT_GREY = "#555555", "#DDDDDD"

# Inches of a figure for a phone: shown 350 pixels wide, letters of 10 points are 9 pixels tall.
NARROW = 5.2

# Dots per inch of files and of notebooks.
SAVED, SHOWN = 150, 100
# zlib's level: photographs take a third of the time of its default, 6, and 3% more space.
COMPRESSION = 3
STYLE = {
    "figure.facecolor": "white", "figure.dpi": SAVED, "savefig.dpi": SAVED, "figure.constrained_layout.use": True,
    "font.family": families(), "font.size": 12, "axes.titlesize": 13, "axes.titlelocation": "left", "axes.titlepad": 10,
    "figure.titlesize": 13,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.axisbelow": True,
    "axes.grid": False, "grid.color": LIGHT_GREY, "grid.linewidth": 0.8,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": "black", "ytick.labelcolor": "black",
    "legend.frameon": False, "lines.linewidth": 2, "lines.markersize": 5,
    "text.parse_math": False,       # a class may be called `$10_bill`
    "svg.hashsalt": "auxiliary",    # the same figure makes the same file
}
P, R = ParamSpec("P"), TypeVar("R")


class StyledFigure(Figure):
    """A figure that keeps its style when drawn, and displays itself as the last expression of a notebook cell.

    Drawing a sheet of photographs takes half a second, so one drawing serves the file and the notebook.

    Attributes:
        stand_ins: what it shows in place of names that cannot be read in it, and those names.
    """

    stand_ins: Mapping[str, str] = MappingProxyType({})
    _pixels: Image.Image | None = None

    def draw(self, renderer: RendererBase) -> None:
        """Draw under `STYLE`: only now matplotlib makes the ticks and the layout."""
        with mpl.rc_context(STYLE):
            super().draw(renderer)

    def pixels(self) -> Image.Image:
        """The figure in RGB, 150 dots per inch; drawn again only if it has changed since."""
        if self._pixels is None or self.stale:
            canvas = FigureCanvasAgg(self)
            canvas.draw()
            self._pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
        return self._pixels

    def write_svg(self, path: Path, description: str = "") -> None:
        """Write the figure as SVG, with the layout of its pixels, and a description among its metadata."""
        self.pixels()
        engine = self.get_layout_engine()
        self.set_layout_engine(None)
        try:
            with mpl.rc_context(STYLE):
                self.savefig(path, format="svg", metadata={"Date": None, "Description": description or None})
        finally:
            self.set_layout_engine(engine)
            # Matplotlib marks a saved figure as changed.
            self.stale = False

    def save(self, folder: Path, name: str) -> list[Path]:
        """Write the figure into a folder, see `save_figure`."""
        return save_figure(self, folder, name)

    def _repr_png_(self) -> bytes:
        # IPython displays a plain Figure only after pyplot was imported.
        pixels, file = self.pixels(), io.BytesIO()
        size = [round(side * SHOWN / SAVED) for side in pixels.size]
        pixels.resize(size, Image.Resampling.LANCZOS).save(file, "PNG", compress_level=COMPRESSION)
        return file.getvalue()

    def _repr_html_(self) -> str | None:
        # Jupyter prefers it to the image alone, unless it is None.
        if not self.stand_ins:
            return None
        image = base64.b64encode(self._repr_png_()).decode()
        return (f'<img src="data:image/png;base64,{image}"><p>{EXPLANATION}</p>'
                f"{NOTEBOOK_STYLE}{stand_in_table(self.stand_ins).to_html()}")


def new_figure(width: float, height: float, names: Names | None = None) -> StyledFigure:
    """An empty figure of `width` by `height` inches, to be filled by a function with `@styled`.

    Args:
        width: in inches.
        height: in inches.
        names: the names that it shows, if any.
    """
    fig = StyledFigure(figsize=(width, height))
    if names:
        fig.stand_ins = names.stand_ins
    return fig


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` under `STYLE`, without changing the global style."""
    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(STYLE):
            return function(*args, **kwargs)
    return wrapper


def save_figure(fig: StyledFigure, folder: Path, name: str) -> list[Path]:
    """Write `fig` as `<name>.png` (150 dpi) and `<name>.svg` into `folder`, which is made if missing.

    A figure with images in colour has no SVG file: it would hold the same pixels in more bytes.

    Returns:
        The paths of the files.
    """
    paths = [Path(folder) / f"{name}.png"]
    # Figures can be made again, so there is no need to wait for the disk.
    with replacing(paths[0], sync=False) as temporary:
        fig.pixels().save(temporary, dpi=(SAVED, SAVED), compress_level=COMPRESSION)
    if not _shows_images(fig):
        paths.append(paths[0].with_suffix(".svg"))
        with replacing(paths[1], sync=False) as temporary:
            fig.write_svg(temporary)
    return paths


def _shows_images(fig: Figure) -> bool:
    return any(image.get_array().ndim == 3 for axes in fig.axes for image in axes.images)


def set_title(fig: Figure | SubFigure, title: str) -> None:
    """Set the title of a figure, on the left."""
    fig.suptitle(title, x=0.01, ha="left")


def title_only(width: float, title: str, names: Names | None = None) -> StyledFigure:
    """A figure without axes, for when there is nothing to draw."""
    fig = new_figure(width, 0.8, names)
    set_title(fig, title)
    return fig
