"""What is in a catalogue and in its parts, as tables to show."""

from pathlib import Path

import pandas as pd


def readable(overview: pd.DataFrame) -> pd.DataFrame:
    """The rows of a catalogue that nothing is wrong with."""
    return overview[overview["problem"] == ""]


def class_counts(overview: pd.DataFrame) -> pd.Series:
    """Readable pictures a class, most first; a class with nothing but broken files counts 0."""
    counts = readable(overview)["category"].value_counts()
    # What lies outside every category folder has none.
    names = sorted(set(overview["category"]) - {""})
    counts = counts.reindex(names, fill_value=0).rename("pictures")
    return counts.sort_values(ascending=False, kind="stable")


def format_table(overview: pd.DataFrame) -> pd.DataFrame:
    """Readable pictures by file format and number of channels (index), column `pictures`."""
    return readable(overview).groupby(["format", "channels"]).size().to_frame("pictures")


def size_tables(overview: pd.DataFrame, most: int = 3) -> pd.DataFrame:
    """How many widths and heights there are, and the commonest.

    Args:
        overview: a catalogue.
        most: how many of the commonest to list for each side.

    Returns:
        A frame indexed by `side` (width or height), `distinct` (how many values it takes) and `pixels`, with
        a column `pictures`; the commonest first, equally common ones by size.
    """
    rows = []
    for side in ("width", "height"):
        counts = readable(overview).groupby(side).size().sort_values(ascending=False, kind="stable")
        rows += [{"side": side, "distinct": len(counts), "pixels": pixels, "pictures": pictures}
                 for pixels, pictures in counts.head(most).items()]
    columns = ["side", "distinct", "pixels", "pictures"]
    return pd.DataFrame(rows, columns=columns).set_index(columns[:3])


def problem_table(overview: pd.DataFrame) -> pd.DataFrame:
    """Why files were left out (index `problem`), how many, and the name of one; the commonest first."""
    broken = overview[overview["problem"] != ""]
    table = broken.groupby("problem").agg(files=("filepath", "size"), example=("filepath", "first"))
    table["example"] = [Path(path).name for path in table["example"]]
    return table.sort_values("files", ascending=False, kind="stable")
