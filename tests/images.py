"""A table of images that were never preprocessed."""

from pathlib import Path

import pandas as pd

from auxiliary.data.catalogue import catalogue


def clean_table_of(folder: Path) -> pd.DataFrame:
    """The table that `clean_table` would give if the usable images of a folder were processed ones without a hash."""
    overview = catalogue(folder)
    usable = overview[overview["error"] == ""].reset_index(drop=True)
    return usable.assign(phash="", thumbnail="", label=pd.factorize(usable["category"], sort=True)[0].astype("int64"))
