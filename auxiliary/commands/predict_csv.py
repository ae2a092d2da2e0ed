"""The CSV file of `predict --csv FILE`: one row per file, with the probabilities of all classes."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from auxiliary.core.errors import UserError
from auxiliary.core.files import replacing
from auxiliary.core.paths import with_home
from auxiliary.core.text import path_cell
from auxiliary.deploy.file_predictions import FilePrediction
from auxiliary.deploy.origin import Origin
from auxiliary.evaluation.limit import is_unlike
from auxiliary.evaluation.predictions import PROBABILITY
from auxiliary.runs.results_append import plain, text_of

FIRST = ("file", "class", "probability")
ERROR = "error"
NOVELTY = ("unlike", "score")
RUN, TEMPERATURE = "run_id", "temperature"
OTHER_NAME = "name another file, or remove it"


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
        raise UserError(f"{path} was not written by predict: {OTHER_NAME}")
    return path


def unfinished(table: Path) -> Path:
    """The journal of a table that is not finished, beside it."""
    return table.with_name(f"{table.name}.part")


def check_csv_file(path: Path, origin: Origin) -> None:
    """Refuse a finished table of another network; whether an image was unlike the others may be told only now.

    Raises:
        UserError: it is one, or does not say of which network it is.
    """
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        try:
            first = next(rows, None)
            found = first and Origin(plain(first[RUN]), float(first[TEMPERATURE]), _classes(rows.fieldnames),
                                     origin.scored)
        except (ValueError, TypeError, KeyError, csv.Error) as error:
            raise UserError(f"{path} does not tell which run its predictions are of: {OTHER_NAME}") from error
    if found:
        origin.check(found, path, OTHER_NAME)


def write_predictions(path: Path, origin: Origin, predictions: Iterable[FilePrediction]) -> None:
    """Write a table, row by row, in the place of an earlier one: there is never a part of a table under its name.

    The columns are `file`, `class`, `probability`, one `p:<class>` per class, `error`, `unlike` (`yes` or `no`),
    `score`, see `auxiliary.evaluation.out_of_distribution`, `run_id` and `temperature`. `unlike` and `score` are empty
    where they are not known. Files that are not images have nothing but an error and the last two.

    Args:
        path: the file to write to.
        origin: the network that the predictions are of.
        predictions: what to write.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        probabilities = [f"{PROBABILITY}{name}" for name in origin.classes]
        writer.writerow([*FIRST, *probabilities, ERROR, *NOVELTY, RUN, TEMPERATURE])
        for prediction in predictions:
            row = _error_row if prediction.error else _image_row
            writer.writerow([*row(prediction, origin.classes), text_of(origin.run_id), origin.temperature])


def _classes(header: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.removeprefix(PROBABILITY) for name in header if name.startswith(PROBABILITY))


def _image_row(prediction: FilePrediction, categories: Sequence[str]) -> list[str | float]:
    values, score = prediction.probabilities, prediction.score
    novelty = ["", ""] if score is None else ["yes" if is_unlike(score) else "no", score]
    return [path_cell(prediction.file), categories[np.argmax(values)], max(values), *values, "", *novelty]


def _error_row(prediction: FilePrediction, categories: Sequence[str]) -> list[str]:
    return [path_cell(prediction.file), "", "", *[""] * len(categories), prediction.error, "", ""]


def _is_ours(path: Path) -> bool:
    """Whether a file begins as `write_predictions` writes it."""
    beginning = ",".join([*FIRST, PROBABILITY]).encode()
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(beginning)) == beginning
