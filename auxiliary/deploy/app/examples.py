"""The example images of the page: test images below the root, and no other file."""

from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import ImageError, UserError
from auxiliary.core.files import is_file_below
from auxiliary.core.text import printable
from auxiliary.data.reading.header import read_header
from auxiliary.deploy.app.models import Networks

EXAMPLES = 8
LARGEST_EXAMPLE = 20_000_000    # bytes; processed images are far smaller


def examples_of(networks: Networks, folders: Collection[Path]) -> dict[str, list[str]]:
    """The example images of each data set, see `example_images`; data sets without any are left out.

    Raises:
        UserError: the predictions of the first run cannot be read. Those of another data set are printed and left out.
    """
    examples = {}
    for data_set in networks.data_sets:
        try:
            examples[data_set] = example_images(networks.best(data_set).predictions, folders)
        except UserError as error:
            if data_set == networks.data_set:
                raise
            print(printable(f"no examples of {data_set}: {error}"))
    return {data_set: files for data_set, files in examples.items() if files}


def example_images(predictions: pd.DataFrame, folders: Collection[Path]) -> list[str]:
    """Paths of up to `EXAMPLES` test images, one per class: its first file that may be shown; links resolved.

    Args:
        predictions: one row per image, with `filepath` and `category`. A run from elsewhere can name any file there.
        folders: where images lie that may be shown.
    """
    return list(islice(_first_files(predictions, folders), EXAMPLES))


def _first_files(predictions: pd.DataFrame, folders: Collection[Path]) -> Iterator[str]:
    for _, rows in predictions.groupby("category"):
        shown = (file for file in rows["filepath"] if is_file_below(file, folders) and _is_small_image(Path(file)))
        yield from (str(Path(file).resolve()) for file in islice(shown, 1))


def _is_small_image(file: Path) -> bool:
    if file.stat().st_size > LARGEST_EXAMPLE:
        return False
    try:
        with file.open("rb") as opened:
            read_header(opened)
    except (ImageError, OSError):
        return False
    return True
