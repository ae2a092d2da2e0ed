"""The catalogue of the normalised pictures, with the labels that networks learn."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from sklearn.preprocessing import LabelEncoder

from auxiliary.data.catalogue import catalogue
from auxiliary.errors import UserError


def clean_table(processed: str | Path, names: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Catalogue normalised pictures and number their categories.

    Args:
        processed: the folder that `normalise` filled.
        names: category names for folder names, the ones the raw folder was catalogued with.

    Returns:
        The catalogue's rows without a problem, and `label` (int64): the category's place among all categories
        in alphabetical order, from 0.

    Raises:
        UserError: the folder is missing or holds no usable picture.
    """
    df = catalogue(processed, names)
    df = df[df["problem"] == ""].reset_index(drop=True)
    if df.empty:
        raise UserError(f"{processed} holds no usable pictures: delete it, and notebook 01 makes it again "
                        "(python -m auxiliary run PROFILE --only 01)")
    return df.assign(label=LabelEncoder().fit_transform(df["category"]).astype("int64"))
