"""What `predict` prints for people: the network, and one row per image with its likeliest classes."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from auxiliary.core.console import ENDLESS, PlainConsole
from auxiliary.core.text import counted, first_few
from auxiliary.deploy.file_predictions import FilePrediction
from auxiliary.evaluation.limit import UNLIKE, is_unlike
from auxiliary.runs.labels import validation

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import Predictor

NEXT_CLASSES = 2        # shown beside the likeliest
NAMED_CLASSES = 12      # in the first line
TABLE_ROWS = 1000       # rich needs 250 MB to lay out a table of 100,000 rows
Row = tuple[str, str, str, str]


def title(predictor: "Predictor") -> str:
    """The run, and what it chooses from."""
    result, categories = predictor.result, predictor.categories
    return (f"{predictor.run.id} of {result.dataset}: {counted(len(categories), 'class')} "
            f"({first_few(categories, NAMED_CLASSES)}); {validation(result.val_accuracy)}, temperature "
            f"{predictor.temperature:.3f}")


def print_tables(console: PlainConsole, categories: Sequence[str], images: Iterable[FilePrediction]) -> None:
    """Print tables; where the terminal is too narrow for one, each file on a line of its own, unbroken."""
    endless, images = console.options.update_width(ENDLESS), iter(images)
    while rows := [_row(categories, image) for image in islice(images, TABLE_ROWS)]:
        table = _table(rows)
        if console.measure(table, options=endless).maximum <= console.width:
            console.print(table)
        else:
            console.print("\n".join(f" {file}\n   {'   '.join(filter(None, said))}" for file, *said in rows),
                          soft_wrap=True)


def _row(categories: Sequence[str], image: FilePrediction) -> Row:
    first, *others = _likeliest(categories, image.probabilities)
    unlike = image.score is not None and is_unlike(image.score)
    return image.file, first, ", ".join(others), UNLIKE if unlike else ""


def _table(rows: Sequence[Row]) -> Table:
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


def _likeliest(categories: Sequence[str], probabilities: Sequence[float]) -> list[str]:
    """The likeliest classes with their probabilities, such as `cat 0.973`; of equal ones the first."""
    order = (-np.array(probabilities)).argsort(kind="stable")[:1 + NEXT_CLASSES]
    return [f"{categories[label]} {probabilities[label]:.3f}" for label in order]
