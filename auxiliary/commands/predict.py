"""Says what is on images: `python -m auxiliary predict IMAGE...`."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.paths import find_root
from auxiliary.deploy.image_paths import find_files
from auxiliary.runs.find import find_finished_or_best

if TYPE_CHECKING:
    import numpy as np

    from auxiliary.deploy.predictor import Answers, Trained

NEXT = 2        # classes that are shown beside the likeliest
LINES = 1000    # of a table; rich would lay out 100,000 at once in a quarter of a gigabyte


def predict_images(images: tuple[str, ...], name: str = "", as_json: bool = False,
                     root: Path | None = None) -> None:
    """Ask a trained network what is on images, and print what it says.

    Args:
        images: files, folders and patterns, see `find_files`.
        name: the run to ask, see `find_finished`; empty for the one of the best validation accuracy.
        as_json: print one JSON document with the probabilities of all classes, and nothing else, instead of tables.
        root: the folder that holds `models/`; the repository unless given.

    Raises:
        UserError: before TensorFlow is loaded, when a name stands for nothing; when the run cannot be asked; at the
            end, when some files are no images.
    """
    found = find_files(images)
    run = find_finished_or_best(name, find_root(root))
    runtime.load()
    from auxiliary.deploy.predictor import ask_about, load_trained

    trained = load_trained(run)
    answers = ask_about(trained, found)
    (_print_json if as_json else _print_tables)(trained, answers)
    if bad := len(answers.problems):
        raise UserError(f"{bad:,} of {len(found):,} files {'is no image' if bad == 1 else 'are no images'}")


def _print_json(trained: "Trained", answers: "Answers") -> None:
    """Print a line an image, so that the whole is never held as text."""
    head = {"run": trained.run.id, "dataset": trained.result.dataset, "val_accuracy": trained.result.val_accuracy,
            "temperature": trained.temperature, "classes": trained.categories}
    print(json.dumps(head).removesuffix("}") + ', "images": [')
    for number, (file, chances) in enumerate(zip(answers.files, answers.probabilities, strict=True), start=1):
        image = {"file": file, "class": trained.categories[chances.argmax()],
                   "probabilities": dict(zip(trained.categories, chances.tolist(), strict=True))}
        print(json.dumps(image) + ("," if number < len(answers.files) else ""))
    problems = [{"file": file, "error": problem} for file, problem in answers.problems.items()]
    print(f'], "problems": {json.dumps(problems)}}}')


def _print_tables(trained: "Trained", answers: "Answers") -> None:
    console = Console(markup=False, emoji=False, highlight=False)
    result = trained.result
    console.print(f"{trained.run.id} of {result.dataset}: validation accuracy {result.val_accuracy:.3f}, temperature "
                  f"{trained.temperature:.3f}", soft_wrap=True)
    for first in range(0, len(answers.files), LINES):
        console.print(_table(trained.categories, answers, range(first, min(first + LINES, len(answers.files)))))
    for file, problem in answers.problems.items():
        print(f"{file}: {problem}", file=sys.stderr)


def _table(categories: list[str], answers: "Answers", places: range) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    for heading in ("image", "class", "next"):
        table.add_column(heading, overflow="fold")
    for place in places:
        first, *others = _likeliest(categories, answers.probabilities[place])
        table.add_row(answers.files[place], first, ", ".join(others))
    return table


def _likeliest(categories: list[str], chances: "np.ndarray") -> list[str]:
    """The likeliest classes with their probabilities, such as `cat 0.973`; of equals the first."""
    order = (-chances).argsort(kind="stable")[:1 + NEXT]
    return [f"{categories[place]} {chances[place]:.3f}" for place in order]
