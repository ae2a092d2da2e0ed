"""How every figure looks, in one place.

Figures are made without pyplot, so nothing stays open and no global setting changes. `new_figure` makes them;
what draws into them wears `@styled`.
"""

import functools
import io
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from auxiliary.files import replacing

# Okabe and Ito, "Color universal design" (2008): told apart with any kind of colour vision.
BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
GREY, LIGHT_GREY = "#555555", "#DDDDDD"

STYLE = {
    "figure.facecolor": "white", "figure.dpi": 100, "savefig.dpi": 150, "figure.constrained_layout.use": True,
    "font.size": 12, "axes.titlesize": 13, "axes.titlelocation": "left", "axes.titlepad": 10,
    "figure.titlesize": 13,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.axisbelow": True,
    "axes.grid": False, "grid.color": LIGHT_GREY, "grid.linewidth": 0.8,
    "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": "black", "ytick.labelcolor": "black",
    "legend.frameon": False, "lines.linewidth": 2, "lines.markersize": 5,
    "text.parse_math": False,       # a class may be called `$10_bill`
    "svg.hashsalt": "auxiliary",    # the same figure makes the same file
}
LONGEST_NAME = 32
P, R = ParamSpec("P"), TypeVar("R")


class StyledFigure(Figure):
    """A figure that keeps its style when drawn, and shows itself as a notebook cell's last expression."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw under `STYLE`: matplotlib makes ticks and lays out only now."""
        with mpl.rc_context(STYLE):
            super().draw(renderer)

    def _repr_png_(self) -> bytes:
        # IPython knows how to show a plain Figure only after pyplot was imported.
        file = io.BytesIO()
        self.savefig(file, format="png", dpi=STYLE["figure.dpi"])
        return file.getvalue()


def new_figure(width: float, height: float) -> StyledFigure:
    """An empty figure of `width` by `height` inches, to be filled by a function that is `@styled`."""
    return StyledFigure(figsize=(width, height))


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` under `STYLE`, without changing anybody else's."""
    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(STYLE):
            return function(*args, **kwargs)
    return wrapper


@styled
def save_figure(fig: Figure, folder: Path, name: str) -> list[Path]:
    """Write `fig` as `<name>.svg` and `<name>.png` (150 dpi) into `folder`, which is made if missing.

    Returns:
        The paths of the two files.
    """
    paths = [Path(folder) / f"{name}.svg", Path(folder) / f"{name}.png"]
    with replacing(paths[0]) as temporary:
        fig.savefig(temporary, metadata={"Date": None})
    with replacing(paths[1]) as temporary:
        fig.savefig(temporary)
    return paths


def epoch_axis(axes: Axes, epochs: int) -> None:
    """Make the horizontal axis one of whole epochs, from 1 to `epochs`."""
    axes.set(xlabel="epoch", xlim=(0.5, max(epochs, 1) + 0.5))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def short(name: object, longest: int = LONGEST_NAME) -> str:
    """`name` on one line of at most `longest` characters, the middle of a longer one left out."""
    text = " ".join(str(name).split())
    if len(text) <= longest:
        return text
    head = longest // 2
    return f"{text[:head]}…{text[head + 1 - longest:]}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """`number` with its noun, such as `1 class` or `10,000 pictures`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
