"""Groups of near-duplicates as rows of images."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auxiliary.core.text import counted
from auxiliary.data.tables import originals
from auxiliary.reporting.duplicates import groups_of_several
from auxiliary.reporting.image_tiles import tile
from auxiliary.reporting.names import Names, in_label_order
from auxiliary.reporting.style import VERMILLION, new_figure, set_title, styled, title_only

COLUMNS = 6      # images side by side in the largest group
NARROWEST = 4    # columns of every sheet, at least
SIDE = 200       # pixels of each image
LETTERS = 25     # of a path on one line below an image
NONE = "No image has a near-duplicate"


def duplicate_sheet(clean: pd.DataFrame, groups: int = 5, most: int = 6, random_state: int = 0) -> Figure:
    """One row of images per group, chosen at random; groups of identical images only if there are too few others.

    Categories are red if those of a group differ.

    Args:
        clean: one row per image, with `filepath`, `category`, `content_hash`, `group` and `original`.
        groups: number of groups to show, or as many as there are.
        most: number of images per group, at most; identical copies come last.
        random_state: seed of the random choice.
    """
    several = groups_of_several(clean)
    shuffled = several.sample(frac=1, random_state=random_state)
    chosen = shuffled.sort_values("differ", ascending=False, kind="stable").head(groups)
    members = [_members(clean, group) for group in chosen.index]
    return _sheet([rows.head(most) for rows in members], [_label(rows) for rows in members], _title(several, chosen),
                  Names(in_label_order(clean["category"])))


def largest_group_sheet(clean: pd.DataFrame, most: int = 12) -> Figure:
    """Images of the largest group: images that are not alike here show that the threshold is too generous.

    Args:
        clean: as for `duplicate_sheet`.
        most: number of images, at most.
    """
    several = groups_of_several(clean)
    if several.empty:
        return title_only(7, NONE)
    rows = _members(clean, several["images"].idxmax())
    shown = rows.head(most)
    lines = [shown[start:start + COLUMNS] for start in range(0, len(shown), COLUMNS)]
    number = f"{len(shown):,} of its {len(rows):,} images" if len(shown) < len(rows) else f"its {len(rows):,} images"
    return _sheet(lines, [""] * len(lines), f"The largest group of near-duplicates: {number}",
                  Names(in_label_order(clean["category"])))


def _members(clean: pd.DataFrame, group: int) -> pd.DataFrame:
    """The images of a group with `original`, identical copies last; `disputed` if their categories differ."""
    rows = clean[clean["group"] == group]
    copies = rows["content_hash"].duplicated()
    rows = rows.assign(original=originals(rows), disputed=len(set(rows["category"])) > 1)
    return pd.concat([rows[~copies], rows[copies]])


def _label(rows: pd.DataFrame) -> str:
    categories = rows["category"].nunique()
    return counted(len(rows), "image") + (f"\n{categories} classes" if categories > 1 else "")


def _title(several: pd.DataFrame, chosen: pd.DataFrame) -> str:
    """The number of groups of each kind that are shown, and that there are."""
    kinds = []
    for differ, kind in ((True, "nearly identical images"), (False, "identical images")):
        total, shown = (int((frame["differ"] == differ).sum()) for frame in (several, chosen))
        if shown:
            kinds.append(f"{f'{shown} of ' if shown < total else ''}{counted(total, 'group')} of {kind}")
    if len(chosen) < len(several):
        kinds.append("chosen at random")
    return ", ".join(kinds) or NONE


@styled
def _sheet(lines: list[pd.DataFrame], labels: list[str], title: str, names: Names) -> Figure:
    """Lines of images, each with its label on the left."""
    if not lines:
        return title_only(7, title)
    columns = max(NARROWEST, *map(len, lines))
    fig = new_figure(0.6 + 1.6 * columns, 0.5 + 2.25 * len(lines), names)
    grid = fig.subplots(len(lines), columns, squeeze=False)
    for line, label, rows in zip(grid, labels, lines, strict=True):
        line[0].set_ylabel(label)
        for axes in line:
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        for axes, (_, row) in zip(line, rows.iterrows(), strict=False):
            _image(axes, row, names)
    set_title(fig, title)
    return fig


def _image(axes: Axes, row: pd.Series, names: Names) -> None:
    """An image with its category above, red if disputed, and the path of the user's own file below."""
    axes.imshow(tile(row["filepath"], SIDE))
    axes.set_title(names.category(row["category"], 18), fontsize=11, pad=4,
                   color=VERMILLION if row["disputed"] else "black")
    axes.set_xlabel(names.path(row["original"], f"(file {row.name})", LETTERS), fontsize=8, loc="left")
