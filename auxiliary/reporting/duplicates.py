"""Groups of twins, the same image or nearly the same, as images; their tables are in `duplicate_tables`."""

import os
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auxiliary.core.text import counted, short
from auxiliary.data.duplicates import has_duplicate_in
from auxiliary.reporting.image_grids import tile
from auxiliary.reporting.style import VERMILLION, new_figure, styled


def groups_of_several(clean: pd.DataFrame) -> pd.DataFrame:
    """The groups that hold more than one image.

    Args:
        clean: rows with `group` and `content_hash`.

    Returns:
        A frame indexed by `group`, with its number of `images`, and whether its images are not all
        `identical`, byte for byte: `differ`. In the order of the groups' numbers.
    """
    groups = clean.groupby("group")["content_hash"].agg(images="size", contents="nunique")
    groups = groups[groups["images"] > 1]
    return groups[["images"]].assign(differ=groups["contents"] > 1)


def group_sentence(clean: pd.DataFrame) -> str:
    """A sentence: the number of images with a near-duplicate, of groups, and of images in the largest group."""
    groups = groups_of_several(clean)
    if groups.empty:
        return f"None of {counted(len(clean), 'image')} has a near-duplicate."
    having = int(groups["images"].sum())
    differ = int(groups["differ"].sum())
    return (f"{having:,} of {counted(len(clean), 'image')} ({having / len(clean):.1%}) have a near-duplicate: "
            f"{counted(len(groups) - differ, 'group')} of identical images and {differ:,} of nearly the same, "
            f"the largest of {groups['images'].max():,}.")


def duplicate_table(train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame) -> pd.DataFrame:
    """How many images of the validation and test set have a near-duplicate in the training set.

    Args:
        train: the training images, with `content_hash` and `group`.
        val: the validation images, likewise.
        test: the test images, likewise.

    Returns:
        A frame indexed by `split` (val, test): `images`; `same in train`, those that are byte for byte in the
        training set as well; `same or nearly the same in train`, those of a group with a training image; and the
        share of each, 0 to 1, rounded to 3 digits.
    """
    parts = {"val": val, "test": test}
    table = pd.DataFrame({"images": [len(part) for part in parts.values()]}, index=pd.Index(parts, name="split"))
    same = [part["content_hash"].isin(train["content_hash"]) for part in parts.values()]
    twins = [has_duplicate_in(train, part) for part in parts.values()]
    for name, found in (("same in train", same), ("same or nearly the same in train", twins)):
        table[name] = [int(each.sum()) for each in found]
        table[f"{name}, share"] = (table[name] / table["images"]).round(3)
    return table


def label_conflicts(clean: pd.DataFrame) -> pd.DataFrame:
    """Images that lie, byte for byte, in several categories, of which all but one must be wrong.

    Args:
        clean: rows with `filepath`, `category` and `content_hash`.

    Returns:
        A row a file: `image`, the same number for the same image, from 1; `category`; and `file`, what it is called
        in `raw-img/`. The copies of an image stand together; empty where there are none.
    """
    categories = clean.groupby("content_hash")["category"].transform("nunique")
    rows = clean[categories > 1]
    number = pd.factorize(rows["content_hash"])[0] + 1
    folder = Path(os.path.commonpath(list(clean["filepath"]))) if len(rows) else Path()
    # A preprocessed image's name is the original's, and a suffix.
    files = [Path(path).relative_to(folder).with_suffix("").as_posix() for path in rows["filepath"]]
    table = pd.DataFrame({"image": number, "category": rows["category"].to_numpy(), "file": files})
    return table.sort_values(["image", "category", "file"], ignore_index=True)


COLUMNS = 6    # images side by side in the largest group
NARROWEST = 4  # images that there is always room for in a line, so that few stand close together
SIDE = 200     # pixels of each


def duplicate_sheet(clean: pd.DataFrame, groups: int = 5, most: int = 6, random_state: int = 0) -> Figure:
    """A row of images a group, the groups chosen at random: first of those whose images differ.

    Groups of identical images need no look, and are shown only where there are too few others. Categories are red
    where those of a group differ.

    Args:
        clean: rows with `filepath`, `category`, `content_hash` and `group`; none of several images gives a figure of
            the title alone.
        groups: how many to show, or as many as there are.
        most: how many images of each; of those that are identical one comes before all others.
        random_state: seed of the choice.
    """
    several = groups_of_several(clean)
    mixed = several.sample(frac=1, random_state=random_state)
    chosen = mixed.sort_values("differ", ascending=False, kind="stable").head(groups)
    members = [_members(clean, group) for group in chosen.index]
    return _sheet([rows.head(most) for rows in members], [_size(rows) for rows in members], _title(several, chosen))


def largest_group_sheet(clean: pd.DataFrame, most: int = 12) -> Figure:
    """Images of the largest group of twins: where the rule for them is too generous, it shows here.

    Args:
        clean: rows as for `duplicate_sheet`.
        most: how many images to show.
    """
    several = groups_of_several(clean)
    if several.empty:
        return _sheet([], [], "No image has a near-duplicate")
    rows = _members(clean, several["images"].idxmax())
    shown = rows.head(most)
    lines = [shown[start:start + COLUMNS] for start in range(0, len(shown), COLUMNS)]
    which = f"{len(shown)} of its {len(rows):,} images" if len(shown) < len(rows) else f"its {len(rows)} images"
    return _sheet(lines, [""] * len(lines), f"The largest group of twins: {which}")


def _members(clean: pd.DataFrame, group: int) -> pd.DataFrame:
    """The images of a group, one of each content before their copies, and whether their categories differ."""
    rows = clean[clean["group"] == group]
    copies = rows["content_hash"].duplicated()
    return pd.concat([rows[~copies], rows[copies]]).assign(disputed=len(set(rows["category"])) > 1)


def _size(rows: pd.DataFrame) -> str:
    categories = rows["category"].nunique()
    return counted(len(rows), "image") + (f"\n{categories} classes" if categories > 1 else "")


def _title(several: pd.DataFrame, chosen: pd.DataFrame) -> str:
    """How many groups of each kind are shown, and how many there are."""
    kinds = []
    for differ, what in ((True, "nearly the same images"), (False, "identical images")):
        there, shown = (int((frame["differ"] == differ).sum()) for frame in (several, chosen))
        if shown:
            kinds.append(f"{f'{shown} of ' if shown < there else ''}{counted(there, 'group')} of {what}")
    if len(chosen) < len(several):
        kinds.append("chosen at random")
    return ", ".join(kinds) or "No image has a near-duplicate"


@styled
def _sheet(lines: list[pd.DataFrame], labels: list[str], title: str) -> Figure:
    """Lines of images, each line with its label to the left."""
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
            _image(axes, row)
    fig.suptitle(title, x=0.01, ha="left")
    return fig


def _image(axes: Axes, row: pd.Series) -> None:
    """An image with its category above it, red where disputed, and below it what its file is called in `raw-img/`."""
    axes.imshow(tile(row["filepath"], SIDE))
    axes.set_title(short(row["category"], 18), fontsize=11, pad=4, color=VERMILLION if row["disputed"] else "black")
    # A preprocessed image's name is the original's, and a suffix.
    axes.set_xlabel(short(Path(row["filepath"]).stem, 18), fontsize=9, loc="left")
