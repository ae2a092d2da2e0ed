"""A catalogue at a glance: class counts, formats, sizes and problems as figures and tables."""

from pathlib import Path

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from auxiliary.core.files import beginning
from auxiliary.core.text import LONGEST_NAME, counted, span
from auxiliary.reporting.axes import log_scale
from auxiliary.reporting.image_tiles import sheet
from auxiliary.reporting.many_classes import ENDS, each_of_some, ends, some
from auxiliary.reporting.names import Names, in_label_order
from auxiliary.reporting.style import BLUE, GREY, LIGHT_GREY, NARROW, new_figure, set_title, styled


def readable(overview: pd.DataFrame) -> pd.DataFrame:
    """The rows of a catalogue without a problem."""
    return overview[overview["error"] == ""]


def class_counts(overview: pd.DataFrame) -> pd.Series:
    """Readable images per class, the largest class first; a class of broken files only counts 0."""
    counts = readable(overview)["category"].value_counts()
    counts = counts.reindex(in_label_order(overview["category"]), fill_value=0).rename("images")
    return counts.sort_values(ascending=False, kind="stable")


def format_table(overview: pd.DataFrame) -> pd.DataFrame:
    """Readable images by file format and number of channels (index), column `images`."""
    return readable(overview).groupby(["format", "channels"]).size().to_frame("images")


def size_tables(overview: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """The number of distinct widths and heights, and the most common ones.

    Args:
        overview: a catalogue.
        most: how many of the most common to list for each side.

    Returns:
        A frame indexed by `side` (width or height), `distinct` (the number of its values) and `pixels`, with
        a column `images`; the most common first, equally common ones by size.
    """
    rows = []
    for side in ("width", "height"):
        counts = readable(overview).groupby(side).size().sort_values(ascending=False, kind="stable")
        rows += [{"side": side, "distinct": len(counts), "pixels": pixels, "images": images}
                 for pixels, images in counts.head(most).items()]
    columns = ["side", "distinct", "pixels", "images"]
    return pd.DataFrame(rows, columns=columns).set_index(columns[:3])


def problem_table(overview: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Reasons why files were left out (index `error`), their number, and an example; the most common first.

    Args:
        overview: a catalogue.
        raw: the folder that was catalogued; the path of an example begins there.
    """
    broken = overview[overview["error"] != ""]
    table = broken.groupby("error").agg(files=("filepath", "size"), example=("filepath", "first"))
    table["example"] = table["example"].str.removeprefix(beginning(raw))
    return table.sort_values("files", ascending=False, kind="stable")


@styled
def class_figure(overview: pd.DataFrame, narrow: bool = False) -> Figure:
    """Readable images per class as bars, the largest class on top; of more than 40 the ten largest and smallest.

    Args:
        overview: a catalogue.
        narrow: whether to draw it for a phone.
    """
    counts = class_counts(overview)
    # A class of broken files only has no label, so its number follows those of the others.
    names = Names(dict.fromkeys([*in_label_order(readable(overview)["category"]), *counts.index]))
    shown = ends(counts.to_frame(), "images")["images"]
    title = (f"{counted(counts.sum(), 'image')} in {counted(len(counts), 'class')}, "
             f"{span(counts.min(), counts.max())} in each")
    fig = new_figure(NARROW if narrow else 8, 1.2 + 0.32 * len(shown), names)
    axes = fig.subplots()
    sns.barplot(x=shown.to_numpy(), y=shown.index, orient="y", color=BLUE, saturation=1, width=0.75, ax=axes)
    axes.set_yticks(range(len(shown)), [names.category(name, 18 if narrow else LONGEST_NAME) for name in shown.index])
    for bars in axes.containers:
        axes.bar_label(bars, fmt="{:,.0f}", padding=4)
    axes.set(xlim=(0, max(counts.max(), 1) * 1.12), xticks=[], xlabel="images", ylabel="")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False)
    if len(shown) < len(counts):
        axes.axhline(ENDS - 0.5, color=GREY, linestyle=":", linewidth=1.5)
        title += f";\nthe {ENDS} largest and the {ENDS} smallest"
    set_title(fig, title)
    return fig


@styled
def size_figure(overview: pd.DataFrame, narrow: bool = False) -> Figure:
    """Width against height: one dot per size, its area the number of images of that size.

    Args:
        overview: a catalogue.
        narrow: whether to draw it for a phone.
    """
    sizes = readable(overview).astype({"width": float, "height": float}).groupby(["width", "height"]).size()
    sizes = sizes.rename("images").sort_values(ascending=False)
    table = sizes.reset_index()
    fig = new_figure(NARROW, 4.8) if narrow else new_figure(7, 6)
    axes = fig.subplots()
    sides = table[["width", "height"]].to_numpy()
    _pixel_axes(axes, sides.min(), sides.max())
    axes.axline((1, 1), (2, 2), color=LIGHT_GREY, linewidth=1, zorder=0)
    sns.scatterplot(table, x="width", y="height", size="images", sizes=(12, 912), size_norm=(0, sizes.sum()),
                    color=BLUE, alpha=0.45, edgecolor="white", linewidth=0.5, legend=False, ax=axes)
    axes.set(xlabel="width in pixels", ylabel="height in pixels")
    set_title(fig, _most_common_size(sizes))
    return fig


@styled
def example_sheet(clean: pd.DataFrame, per_class: int = 8, random_state: int = 0) -> Figure:
    """One row of images per class, chosen at random; of more than 40 classes, 20 chosen at random.

    Args:
        clean: one row per image, with `filepath` and `category`; all files readable.
        per_class: images per class, or as many as it has.
        random_state: seed of the random choice.
    """
    groups, order = clean.groupby("category"), in_label_order(clean["category"])
    shown = some(order, random_state)
    rows = [list(group.sample(min(per_class, len(group)), random_state=random_state)["filepath"])
            for group in map(groups.get_group, shown)]
    image = sheet(rows)
    step = image.shape[0] / len(rows)
    names = Names(order)
    labels = [names.category(name) for name in shown]
    width = 0.4 + 0.1 * max(map(len, labels)) + 0.75 * per_class
    fig = new_figure(max(width, 5.6), 0.5 + 0.75 * len(rows), names)
    axes = fig.subplots()
    axes.imshow(image)
    # Otherwise the layout measures the labels before it moves the axes.
    axes.set_anchor("W")
    axes.set_yticks((np.arange(len(rows)) + 0.5) * step, labels)
    axes.set_xticks([])
    axes.spines[:].set_visible(False)
    axes.tick_params(left=False)
    set_title(fig, f"Up to {counted(per_class, 'image')} of {each_of_some(len(order))}, chosen at random")
    return fig


def _most_common_size(sizes: pd.Series) -> str:
    (width, height), most = sizes.index[0], sizes.iloc[0]
    if len(sizes) == 1:
        return f"{counted(most, 'image')}, all of {width:.0f} × {height:.0f} pixels"
    return (f"{counted(sizes.sum(), 'image')} of {len(sizes):,} sizes, most often {width:.0f} × {height:.0f} pixels\n"
            f"({counted(most, 'image')}); area of a dot: images of that size")


def _pixel_axes(axes: Axes, smallest: float, largest: float) -> None:
    """Logarithmic axes with the same limits, labelled in pixels."""
    axes.set(aspect="equal")
    for axis in (axes.xaxis, axes.yaxis):
        locator = LogLocator(subs=(1, 2, 5) if largest > 8 * smallest else (1, 2, 3, 5))
        log_scale(axis, lambda pixels: f"{pixels:,.0f}", locator)
    limits = (smallest / 1.8, largest * 1.8)
    axes.set(xlim=limits, ylim=limits)
    axes.grid(color=LIGHT_GREY)
    axes.tick_params(which="both", color=GREY)
