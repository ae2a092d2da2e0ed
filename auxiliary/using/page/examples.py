"""Pictures to try the page with."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pandas as pd

MOST = 8


def examples(predictions: pd.DataFrame) -> list[str]:
    """Up to `MOST` test pictures, each the first of its class whose file is there.

    Args:
        predictions: a row a picture, with `filepath` and `category`.
    """
    return list(islice(_first_files(predictions), MOST))


def _first_files(predictions: pd.DataFrame) -> Iterator[str]:
    for _, rows in predictions.groupby("category"):
        yield from islice((file for file in rows["filepath"] if Path(file).is_file()), 1)
