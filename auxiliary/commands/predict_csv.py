"""The CSV file of `predict --csv FILE`: one row per file, with the probabilities of all classes."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from auxiliary.core.errors import UserError
from auxiliary.core.paths import with_home
from auxiliary.evaluation.limit import is_unlike
from auxiliary.evaluation.predictions import PROBABILITY
from auxiliary.runs.results_append import MISTAKABLE

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import FilePredictions

FIRST = ("file", "class", "probability")
ERROR = "error"
NOVELTY = ("unlike", "score")


def find_csv_file(given: Path) -> Path:
    """The file to write: its name ends in `.csv`, and no file is there but an earlier one of `predict`.

    So `--csv *.jpg`, of which the shell makes the name of an image, replaces no image.

    Raises:
        UserError: the file may not be written.
    """
    path = with_home(given)
    if path.suffix.lower() != ".csv":
        raise UserError(f"{path} does not end in .csv: name the file to write behind --csv")
    if path.exists() and not _is_ours(path):
        raise UserError(f"{path} was not written by predict: name another file, or remove it")
    return path


def write_predictions(path: Path, categories: Sequence[str], predictions: "FilePredictions") -> None:
    """Write predictions, row by row.

    The columns are `file`, `class`, `probability`, one `p:<class>` per class, `error`, `unlike` (`yes` or `no`) and
    `score`, see `auxiliary.evaluation.out_of_distribution`; the last two are empty where they are not known. Files that
    are not images come last: they have an error, and nothing else.

    Args:
        path: the file to write to.
        categories: class names in the order of the labels.
        predictions: what to write.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*FIRST, *(f"{PROBABILITY}{name}" for name in categories), ERROR, *NOVELTY])
        writer.writerows(_rows(categories, predictions))


def _rows(categories: Sequence[str], predictions: "FilePredictions") -> Iterator[list[str | float]]:
    scores = [None] * len(predictions.files) if predictions.scores is None else predictions.scores.tolist()
    for file, values, score in zip(predictions.files, predictions.probabilities, scores, strict=True):
        novelty = ["", ""] if score is None else ["yes" if is_unlike(score) else "no", score]
        yield [_cell(file), categories[values.argmax()], values.max(), *values.tolist(), "", *novelty]
    for file, error in predictions.errors.items():
        yield [_cell(file), "", "", *[""] * len(categories), error, "", ""]


def _cell(file: str) -> str:
    """A file's name, which a spreadsheet does not calculate: `=1+1.png` is the same file as `./=1+1.png`."""
    return f"./{file}" if MISTAKABLE.match(file) else file


def _is_ours(path: Path) -> bool:
    """Whether a file begins as `write_predictions` writes it."""
    beginning = ",".join([*FIRST, PROBABILITY]).encode()
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(beginning)) == beginning
