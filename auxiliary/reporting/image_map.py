"""The map of the images: what a figure and a page show of it."""

import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from auxiliary.core.text import counted
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    new_figure,
    set_title,
    styled,
    title_only,
)

COLOURS = [BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY]
NAMED = 12    # classes up to which those without a colour have their name on the map as well
INCHES = 9.4, 7
NO_MAP = "There is no map: that takes a frozen, pre-trained experiment"


def class_colours(table: pd.DataFrame) -> dict[str, str]:
    """The classes that have a colour, six at most, in their order, and their colours; others are grey.

    Of more classes those have one that are confused most often, and of equals the more frequent.

    Args:
        table: one row per image of the map, with `category` and `predicted`.
    """
    wrong = table[table["category"] != table["predicted"]]
    confused = pd.concat([wrong["category"], wrong["predicted"]]).value_counts()
    images = table["category"].value_counts().sort_index()
    order = pd.DataFrame({"confused": confused.reindex(images.index, fill_value=0), "images": images})
    chosen = order.sort_values(["confused", "images"], ascending=False, kind="stable").index[:len(COLOURS)]
    return dict(zip((name for name in images.index if name in chosen), COLOURS, strict=False))


def class_centres(table: pd.DataFrame) -> pd.DataFrame:
    """The middle of each class that has its name on the map: medians of `x` and `y`, by class.

    Args:
        table: one row per image of the map, with `category`, `predicted`, `x` and `y`.
    """
    colours = class_colours(table)
    right = table[table["category"] == table["predicted"]]
    middles = right.groupby("category")[["x", "y"]].median()
    return middles if table["category"].nunique() <= NAMED else middles[middles.index.isin(colours)]


def map_title(table: pd.DataFrame) -> str:
    """How many images and marks are on the map."""
    wrong, suspects = (table["category"] != table["predicted"]).sum(), (table["suggested"] != "").sum()
    return (f"{counted(len(table), 'validation and test image')}: {counted(wrong, 'mistake')}, "
            f"{counted(suspects, 'suspect label')}")


def map_sentences(table: pd.DataFrame, images: int) -> str:
    """How to read the map, which images are on it, and which classes have a colour.

    Args:
        table: one row per image of the map.
        images: the number of all validation and test images.
    """
    experiment, classes = table["experiment"].iloc[0], table["category"].nunique()
    said = [f"Images are near each other where the frozen backbone of {experiment} sees them as alike (PCA, then "
            f"t-SNE); axes and distances between groups mean nothing. Mistakes are those of {experiment}."]
    if len(table) < images:
        said.append(f"Shown are {len(table):,} of {images:,} validation and test images: mistakes and suspect labels "
                    "first, then others at random.")
    if classes > len(COLOURS):
        said.append(f"Of {classes:,} classes the {len(COLOURS):,} that are confused most often have a colour.")
    return " ".join(said)


@styled
def image_map_figure(table: pd.DataFrame) -> Figure:
    """Validation and test images by what a frozen backbone sees in them, coloured by class; marks as in the legend.

    Args:
        table: as `auxiliary.training.image_places.place_images` returns it; an empty one gives the title alone.
    """
    if table.empty:
        return title_only(INCHES[0], NO_MAP)
    categories = sorted(set(table["category"]))
    colours, names = class_colours(table), Names(categories)
    fig = new_figure(*INCHES, names)
    axes = fig.subplots()
    axes.set_axis_off()
    # Marks come first in the table, and are drawn last.
    drawn = table.iloc[::-1]
    wrong = drawn["category"] != drawn["predicted"]
    palette = {name: colours.get(name, GREY) for name in categories}
    for rows, marker, size in ((drawn[~wrong], "o", 16), (drawn[wrong], "X", 55)):
        sns.scatterplot(rows, x="x", y="y", hue="category", palette=palette, marker=marker, s=size, linewidth=0.3,
                        alpha=0.75, legend=False, ax=axes)
    suspects = drawn[drawn["suggested"] != ""]
    axes.scatter(suspects["x"], suspects["y"], s=110, facecolors="none", edgecolors="black", linewidths=1.2)
    for name, middle in class_centres(table).iterrows():
        axes.text(middle["x"], middle["y"], names.category(name, 20), ha="center", va="center", fontsize=11,
                  path_effects=[withStroke(linewidth=3, foreground="white")])
    fig.legend(handles=_legend(colours, len(categories), names), loc="outside right upper")
    set_title(fig, map_title(table))
    return fig


def _legend(colours: dict[str, str], classes: int, names: Names) -> list[Line2D]:
    """The meaning of colours and marks."""
    def entry(label: str, colour: str, marker: str = "o", **look: object) -> Line2D:
        return Line2D([], [], linestyle="", marker=marker, color=colour, label=label, **look)

    others = [entry("other classes", GREY)] if classes > len(colours) else []
    return [*(entry(names.category(name, 20), colour) for name, colour in colours.items()), *others,
            entry("mistake", GREY, "X", markersize=8),
            entry("suspect label", "black", markersize=10, markerfacecolor="none")]
