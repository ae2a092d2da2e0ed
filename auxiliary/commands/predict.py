"""`python -m auxiliary predict IMAGE...`: prints the classes of images, as tables or as JSON."""

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from auxiliary.core import runtime
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.core.paths import find_root
from auxiliary.core.text import printable
from auxiliary.deploy.image_paths import find_image_paths
from auxiliary.runs.find import find_finished_or_best

if TYPE_CHECKING:
    import numpy as np

    from auxiliary.deploy.predictor import FilePredictions, Predictor

NEXT_CLASSES = 2        # shown beside the likeliest
TABLE_ROWS = 1000       # rich needs 250 MB to lay out a table of 100,000 rows


def predict_images(images: tuple[str, ...], name: str = "", as_json: bool = False,
                   root: Path | None = None) -> None:
    """Predict the classes of images with a finished run's network, and print them.

    Args:
        images: files, folders and patterns, see `find_image_paths`.
        name: the run, see `find_finished`; empty for the run of the best validation accuracy.
        as_json: print one JSON document with the probabilities of all classes instead of tables. Its keys are run,
            dataset, val_accuracy, temperature, classes; `images`, each with file, class and probabilities; and
            `errors`, each with file and error.
        root: the folder that holds `models/`; the repository by default.

    Raises:
        UserError: a name stands for nothing (before TensorFlow is loaded), the run cannot be loaded, or some files
            are not images (after the others are printed).
    """
    paths = find_image_paths(images)
    run = find_finished_or_best(name, find_root(root))
    runtime.load()
    from auxiliary.deploy.load import load_predictor
    from auxiliary.deploy.predictor import predict_files
    from auxiliary.deploy.preprocess import UNSCALED

    predictor = load_predictor(run)
    predictions = predict_files(predictor, paths)
    (_print_json if as_json else _print_tables)(predictor, predictions)
    if predictions.unscaled:
        print(f"{UNSCALED}, such as {printable(predictions.unscaled[0])}", file=sys.stderr)
    if failed := len(predictions.errors):
        raise UserError(f"{failed:,} of {len(paths):,} files {'is not an image' if failed == 1 else 'are not images'}")


def _print_json(predictor: "Predictor", predictions: "FilePredictions") -> None:
    """Print one line per image, so that the whole document is never in memory."""
    head = {"run": predictor.run.id, "dataset": predictor.result.dataset,
            "val_accuracy": _number(predictor.result.val_accuracy), "temperature": predictor.temperature,
            "classes": predictor.categories}
    print(json.dumps(head).removesuffix("}") + ', "images": [')
    for number, (file, values) in enumerate(zip(predictions.files, predictions.probabilities, strict=True), start=1):
        image = {"file": file, "class": predictor.categories[values.argmax()],
                 "probabilities": dict(zip(predictor.categories, map(_number, values.tolist()), strict=True))}
        print(json.dumps(image) + ("," if number < len(predictions.files) else ""))
    errors = [{"file": file, "error": error} for file, error in predictions.errors.items()]
    print(f'], "errors": {json.dumps(errors)}}}')


def _number(value: float) -> float | None:
    """A number as JSON has it: NaN and infinity are unknown to it, and become null."""
    return value if math.isfinite(value) else None


def _print_tables(predictor: "Predictor", predictions: "FilePredictions") -> None:
    console = PlainConsole()
    result = predictor.result
    console.print(f"{predictor.run.id} of {result.dataset}: validation accuracy {result.val_accuracy:.3f}, temperature "
                  f"{predictor.temperature:.3f}", soft_wrap=True)
    for first in range(0, len(predictions.files), TABLE_ROWS):
        last = min(first + TABLE_ROWS, len(predictions.files))
        console.print(_table(predictor.categories, predictions, range(first, last)))
    for file, error in predictions.errors.items():
        print(printable(f"{file}: {error}"), file=sys.stderr)


def _table(categories: list[str], predictions: "FilePredictions", numbers: range) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    for heading in ("image", "class", "next"):
        table.add_column(heading, overflow="fold")
    for number in numbers:
        first, *others = _likeliest(categories, predictions.probabilities[number])
        table.add_row(predictions.files[number], first, ", ".join(others))
    return table


def _likeliest(categories: list[str], probabilities: "np.ndarray") -> list[str]:
    """The likeliest classes with their probabilities, such as `cat 0.973`; of equal ones the first."""
    order = (-probabilities).argsort(kind="stable")[:1 + NEXT_CLASSES]
    return [f"{categories[label]} {probabilities[label]:.3f}" for label in order]
