"""`python -m auxiliary predict IMAGE...`: the classes of images, as tables, as JSON or in a CSV file."""

import json
import math
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table

from auxiliary.commands.predict_csv import find_csv_file, write_predictions
from auxiliary.core import runtime
from auxiliary.core.console import ENDLESS, PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, replacing
from auxiliary.core.paths import find_root, processed_folders
from auxiliary.core.text import counted, first_few, printable
from auxiliary.deploy.image_paths import find_image_paths
from auxiliary.evaluation.limit import UNLIKE, is_unlike
from auxiliary.runs.find import find_finished_or_best
from auxiliary.runs.labels import validation

if TYPE_CHECKING:
    import numpy as np

    from auxiliary.deploy.predictor import FilePredictions, Predictor

NEXT_CLASSES = 2        # shown beside the likeliest
NAMED_CLASSES = 12      # in the first line
TABLE_ROWS = 1000       # rich needs 250 MB to lay out a table of 100,000 rows


def predict_images(images: tuple[str, ...], name: str = "", as_json: bool = False, root: Path | None = None,
                   dataset: str = "", csv_file: Path | None = None) -> None:
    """Predict the classes of images with a finished run's network, and print or write them.

    Args:
        images: files, folders and patterns, see `find_image_paths`.
        name: the run, see `find_finished`; empty for the data set's run of the best validation accuracy.
        as_json: print one JSON document with the probabilities of all classes instead of tables. Its keys are run,
            dataset, val_accuracy, temperature, classes; `images`, each with file, class, probabilities, `unlike` (true
            or false) and `score`, see `auxiliary.evaluation.out_of_distribution`, both null where they are not known;
            and `errors`, each with file and error.
        root: the folder that holds `models/`; the repository by default.
        dataset: the data set that the run is of; empty where there is only one, or the run's name tells it.
        csv_file: a file to write, see `write_predictions`; then no tables are printed.

    Raises:
        UserError: a name stands for nothing (before TensorFlow is loaded), the run cannot be loaded, or some files
            are not images (after the others are printed).
    """
    table = find_csv_file(csv_file) if csv_file else None
    # A table that an earlier call wrote into the folder of the images is none of them.
    paths = [path for path in find_image_paths(images) if table is None or absolute(path.path) != absolute(table)]
    root = find_root(root)
    run = find_finished_or_best(name, root, dataset)
    runtime.load()
    from auxiliary.deploy.load import load_predictor
    from auxiliary.deploy.predictor import predict_files
    from auxiliary.deploy.preprocess import UNSCALED

    predictor = load_predictor(run, processed_folders(root))
    # A file that cannot be written is found before the work.
    with replacing(table) if table else nullcontext() as temporary:
        predictions = predict_files(predictor, paths)
        if temporary:
            write_predictions(temporary, predictor.categories, predictions)
    if as_json:
        _print_json(predictor, predictions)
    else:
        _print_text(predictor, predictions, table)
    if predictor.why:
        print(printable(predictor.why), file=sys.stderr)
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
                 "probabilities": dict(zip(predictor.categories, map(_number, values.tolist()), strict=True)),
                 **_novelty(predictions, number - 1)}
        print(json.dumps(image) + ("," if number < len(predictions.files) else ""))
    errors = [{"file": file, "error": error} for file, error in predictions.errors.items()]
    print(f'], "errors": {json.dumps(errors)}}}')


def _novelty(predictions: "FilePredictions", place: int) -> dict[str, bool | float | None]:
    """Whether an image is unlike all that the network was trained on, and its score."""
    if predictions.scores is None:
        return {"unlike": None, "score": None}
    score = float(predictions.scores[place])
    return {"unlike": is_unlike(score), "score": _number(score)}


def _number(value: float) -> float | None:
    """A number as JSON has it: NaN and infinity are unknown to it, and become null."""
    return value if math.isfinite(value) else None


def _print_text(predictor: "Predictor", predictions: "FilePredictions", csv_file: Path | None) -> None:
    """Print the run, then tables or where the CSV file is, then errors."""
    console = PlainConsole(width=None if sys.stdout.isatty() else ENDLESS)
    console.print(_title(predictor), soft_wrap=True)
    if csv_file:
        console.print(f"wrote {csv_file} ({counted(len(predictions.files), 'image')})", soft_wrap=True)
    else:
        _print_tables(console, predictor.categories, predictions)
    for file, error in predictions.errors.items():
        print(printable(f"{file}: {error}"), file=sys.stderr)


def _title(predictor: "Predictor") -> str:
    """The run, and what it chooses from."""
    result, categories = predictor.result, predictor.categories
    return (f"{predictor.run.id} of {result.dataset}: {counted(len(categories), 'class', 'classes')} "
            f"({first_few(categories, NAMED_CLASSES)}); {validation(result.val_accuracy)}, temperature "
            f"{predictor.temperature:.3f}")


def _print_tables(console: PlainConsole, categories: list[str], predictions: "FilePredictions") -> None:
    """Print tables; where the terminal is too narrow for one, each file on a line of its own, unbroken."""
    endless = console.options.update_width(ENDLESS)
    for first in range(0, len(predictions.files), TABLE_ROWS):
        rows = [_row(categories, predictions, number)
                for number in range(first, min(first + TABLE_ROWS, len(predictions.files)))]
        table = _table(rows)
        if console.measure(table, options=endless).maximum <= console.width:
            console.print(table)
        else:
            console.print("\n".join(f" {file}\n   {'   '.join(filter(None, said))}" for file, *said in rows),
                          soft_wrap=True)


def _row(categories: list[str], predictions: "FilePredictions", number: int) -> tuple[str, str, str, str]:
    first, *others = _likeliest(categories, predictions.probabilities[number])
    unlike = predictions.scores is not None and is_unlike(predictions.scores[number])
    return predictions.files[number], first, ", ".join(others), UNLIKE if unlike else ""


def _table(rows: list[tuple[str, str, str, str]]) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    headings = ["image", "class", "next"]
    # The last column only where it says something.
    if any(remark for *_, remark in rows):
        headings.append("remark")
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*row[:len(headings)])
    return table


def _likeliest(categories: list[str], probabilities: "np.ndarray") -> list[str]:
    """The likeliest classes with their probabilities, such as `cat 0.973`; of equal ones the first."""
    order = (-probabilities).argsort(kind="stable")[:1 + NEXT_CLASSES]
    return [f"{categories[label]} {probabilities[label]:.3f}" for label in order]
