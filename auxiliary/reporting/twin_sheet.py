"""Groups of twins, the same picture or nearly the same, as pictures; their tables are in `twin_tables`."""

from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auxiliary.reporting.pictures import tile
from auxiliary.reporting.style import VERMILLION, counted, new_figure, short, styled
from auxiliary.reporting.twin_tables import groups_of_several

COLUMNS = 6    # pictures side by side in the largest group
NARROWEST = 4  # pictures that there is always room for in a line, so that few stand close together
SIDE = 200     # pixels of each


def twin_sheet(clean: pd.DataFrame, groups: int = 5, most: int = 6, random_state: int = 0) -> Figure:
    """A row of pictures a group, the groups chosen at random: first of those whose pictures differ.

    Groups of identical pictures need no look, and are shown only where there are too few others. Categories are red
    where those of a group differ.

    Args:
        clean: rows with `filepath`, `category`, `content` and `group`; none of several pictures gives a figure of
            the title alone.
        groups: how many to show, or as many as there are.
        most: how many pictures of each; of those that are identical one comes before all others.
        random_state: seed of the choice.
    """
    several = groups_of_several(clean)
    mixed = several.sample(frac=1, random_state=random_state)
    chosen = mixed.sort_values("differ", ascending=False, kind="stable").head(groups)
    members = [_members(clean, group) for group in chosen.index]
    return _sheet([rows.head(most) for rows in members], [_size(rows) for rows in members], _title(several, chosen))


def largest_group_sheet(clean: pd.DataFrame, most: int = 12) -> Figure:
    """Pictures of the largest group of twins: where the rule for them is too generous, it shows here.

    Args:
        clean: rows as for `twin_sheet`.
        most: how many pictures to show.
    """
    several = groups_of_several(clean)
    if several.empty:
        return _sheet([], [], "No picture has a twin")
    rows = _members(clean, several["pictures"].idxmax())
    shown = rows.head(most)
    lines = [shown[start:start + COLUMNS] for start in range(0, len(shown), COLUMNS)]
    which = f"{len(shown)} of its {len(rows):,} pictures" if len(shown) < len(rows) else f"its {len(rows)} pictures"
    return _sheet(lines, [""] * len(lines), f"The largest group of twins: {which}")


def _members(clean: pd.DataFrame, group: int) -> pd.DataFrame:
    """The pictures of a group, one of each content before their copies, and whether their categories differ."""
    rows = clean[clean["group"] == group]
    copies = rows["content"].duplicated()
    return pd.concat([rows[~copies], rows[copies]]).assign(disputed=len(set(rows["category"])) > 1)


def _size(rows: pd.DataFrame) -> str:
    categories = rows["category"].nunique()
    return counted(len(rows), "picture") + (f"\n{categories} classes" if categories > 1 else "")


def _title(several: pd.DataFrame, chosen: pd.DataFrame) -> str:
    """How many groups of each kind are shown, and how many there are."""
    kinds = []
    for differ, what in ((True, "nearly the same pictures"), (False, "identical pictures")):
        there, shown = (int((frame["differ"] == differ).sum()) for frame in (several, chosen))
        if shown:
            kinds.append(f"{f'{shown} of ' if shown < there else ''}{counted(there, 'group')} of {what}")
    if len(chosen) < len(several):
        kinds.append("chosen at random")
    return ", ".join(kinds) or "No picture has a twin"


@styled
def _sheet(lines: list[pd.DataFrame], labels: list[str], title: str) -> Figure:
    """Lines of pictures, each line with its label to the left."""
    columns = max([NARROWEST, *map(len, lines)])
    fig = new_figure(0.6 + 1.6 * columns, 0.5 + 2.05 * len(lines) if lines else 0.8)
    if not lines:
        fig.suptitle(title, x=0.01, ha="left")
        return fig
    grid = fig.subplots(len(lines), columns, squeeze=False)
    for line, label, rows in zip(grid, labels, lines, strict=True):
        line[0].set_ylabel(label)
        for axes in line:
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
        for axes, (_, row) in zip(line, rows.iterrows(), strict=False):
            _picture(axes, row)
    fig.suptitle(title, x=0.01, ha="left")
    return fig


def _picture(axes: Axes, row: pd.Series) -> None:
    """A picture with its category above it, red where disputed, and below it what its file is called in `raw-img/`."""
    axes.imshow(tile(row["filepath"], SIDE))
    axes.set_title(short(row["category"], 18), fontsize=11, pad=4, color=VERMILLION if row["disputed"] else "black")
    # A normalised picture's name is the original's, and a suffix.
    axes.set_xlabel(short(Path(row["filepath"]).stem, 18), fontsize=9, loc="left")
