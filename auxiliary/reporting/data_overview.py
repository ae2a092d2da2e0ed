"""What is in a catalogue, as figures; its tables are in `data_tables`."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from auxiliary.core.text import counted, short
from auxiliary.reporting.image_grids import sheet
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, new_figure, styled


def readable(overview: pd.DataFrame) -> pd.DataFrame:
    """The rows of a catalogue that nothing is wrong with."""
    return overview[overview["error"] == ""]


def class_counts(overview: pd.DataFrame) -> pd.Series:
    """Readable images a class, most first; a class with nothing but broken files counts 0."""
    counts = readable(overview)["category"].value_counts()
    # What lies outside every category folder has none.
    names = sorted(set(overview["category"]) - {""})
    counts = counts.reindex(names, fill_value=0).rename("images")
    return counts.sort_values(ascending=False, kind="stable")


def format_table(overview: pd.DataFrame) -> pd.DataFrame:
    """Readable images by file format and number of channels (index), column `images`."""
    return readable(overview).groupby(["format", "channels"]).size().to_frame("images")


def size_tables(overview: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """How many widths and heights there are, and the commonest.

    Args:
        overview: a catalogue.
        most: how many of the commonest to list for each side.

    Returns:
        A frame indexed by `side` (width or height), `distinct` (how many values it takes) and `pixels`, with
        a column `images`; the commonest first, equally common ones by size.
    """
    rows = []
    for side in ("width", "height"):
        counts = readable(overview).groupby(side).size().sort_values(ascending=False, kind="stable")
        rows += [{"side": side, "distinct": len(counts), "pixels": pixels, "images": images}
                 for pixels, images in counts.head(most).items()]
    columns = ["side", "distinct", "pixels", "images"]
    return pd.DataFrame(rows, columns=columns).set_index(columns[:3])


def problem_table(overview: pd.DataFrame) -> pd.DataFrame:
    """Why files were left out (index `error`), how many, and the name of one; the commonest first."""
    broken = overview[overview["error"] != ""]
    table = broken.groupby("error").agg(files=("filepath", "size"), example=("filepath", "first"))
    table["example"] = [Path(path).name for path in table["example"]]
    return table.sort_values("files", ascending=False, kind="stable")


@styled
def class_figure(overview: pd.DataFrame) -> Figure:
    """Readable images a class as bars, the largest class on top."""
    counts = class_counts(overview)
    fig = new_figure(8, 1.2 + 0.32 * len(counts))
    axes = fig.subplots()
    bars = axes.barh(range(len(counts)), counts, color=BLUE, height=0.75)
    axes.set_yticks(range(len(counts)), [short(name) for name in counts.index])
    axes.bar_label(bars, labels=[f"{count:,}" for count in counts], padding=4)
    axes.set_ylim(len(counts) - 0.4, -0.6)
    axes.set_xlim(0, max(counts.max(), 1) * 1.12)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False)
    axes.set_xlabel("images")
    fig.suptitle(f"{counted(counts.sum(), 'image')} in {counted(len(counts), 'class', 'classes')}, "
                 f"{counts.min():,} to {counts.max():,} in each", x=0.01, ha="left")
    return fig


@styled
def size_figure(overview: pd.DataFrame) -> Figure:
    """Width against height, a dot a size, its area the number of images of that size."""
    sizes = readable(overview).groupby(["width", "height"]).size().sort_values(ascending=False)
    width, height = (sizes.index.get_level_values(side).to_numpy(float) for side in ("width", "height"))
    fig = new_figure(7, 6)
    axes = fig.subplots()
    _pixel_axes(axes, float(min(width.min(), height.min())), float(max(width.max(), height.max())))
    axes.axline((1, 1), (2, 2), color=LIGHT_GREY, linewidth=1, zorder=0)
    area = 12 + 900 * sizes.to_numpy() / sizes.sum()
    axes.scatter(width, height, s=area, color=BLUE, alpha=0.45, edgecolor="white", linewidth=0.5)
    fig.suptitle(_commonest_size(sizes), x=0.01, ha="left")
    return fig


@styled
def example_sheet(clean: pd.DataFrame, per_class: int = 8, random_state: int = 0) -> Figure:
    """A row of images a class, chosen at random.

    Args:
        clean: rows with `filepath` and `category`; all files readable.
        per_class: images a class, or as many as it has.
        random_state: seed of the choice.
    """
    rows = {name: list(group.sample(min(per_class, len(group)), random_state=random_state)["filepath"])
            for name, group in clean.groupby("category")}
    image = sheet(list(rows.values()))
    step = image.shape[0] / len(rows)
    width = 0.4 + 0.1 * max(len(short(name)) for name in rows) + 0.75 * per_class
    fig = new_figure(max(width, 5.6), 0.5 + 0.75 * len(rows))
    axes = fig.subplots()
    axes.imshow(image)
    axes.set_yticks((np.arange(len(rows)) + 0.5) * step, [short(name) for name in rows])
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(left=False)
    fig.suptitle(f"Up to {counted(per_class, 'image')} of each class, chosen at random", x=0.01, ha="left")
    return fig


def _commonest_size(sizes: pd.Series) -> str:
    (width, height), most = sizes.index[0], sizes.iloc[0]
    if len(sizes) == 1:
        return f"{counted(most, 'image')}, all of {width} × {height} pixels"
    return (f"{counted(sizes.sum(), 'image')} of {len(sizes):,} sizes, most often {width} × {height} pixels\n"
            f"({counted(most, 'image')}); area of a dot: images of that size")


def _pixel_axes(axes: Axes, smallest: float, largest: float) -> None:
    """Log scales with the same limits both ways, labelled in plain pixels."""
    axes.set(xscale="log", yscale="log", xlabel="width in pixels", ylabel="height in pixels", aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if largest > 8 * smallest else (1, 2, 3, 5)))
        axis.set_major_formatter(FuncFormatter(lambda pixels, _: f"{pixels:,.0f}"))
        axis.set_minor_formatter(NullFormatter())
    limits = (smallest / 1.8, largest * 1.8)
    axes.set(xlim=limits, ylim=limits)
    axes.grid(color=LIGHT_GREY)
    axes.tick_params(which="both", color=GREY)
