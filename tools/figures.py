"""Figures of docs/results.md, each with a description in its file that tells which rows it shows."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from auxiliary.data.tables import digest
from auxiliary.evaluation.compare import points_text
from auxiliary.reporting.comparison_figures import ENDS, comparison_figure
from auxiliary.reporting.ladder import gains, ladders
from auxiliary.reporting.ladder_figure import ladder_figure
from auxiliary.reporting.style import StyledFigure
from auxiliary.runs.labels import comparable, labelled
from auxiliary.runs.seeds import over_seeds
from tools.gains import LADDER

# By the names of their files, each with its description.
Figures = Mapping[str, tuple[StyledFigure, str]]


def results_figures(results: pd.DataFrame) -> Figures:
    """The test accuracies of each data set, and what each step of the ladder gains, without predictions.

    Args:
        results: the rows to publish, as `read_results` returns them.
    """
    found = {}
    for name, group in over_seeds(results).groupby("dataset", sort=False):
        rows = comparable(group)
        drawn = rows[["val_accuracy", *ENDS]].assign(key=labelled(rows))
        found[f"{name}.svg"] = described(comparison_figure(rows, chance=None), drawn)
        for steps in ladders(rows) if name == LADDER else ():
            compared = gains(steps, {})
            drawn = steps[["key", *ENDS]].assign(gain=[points_text(each.points) if each else "" for each in compared])
            found[f"{name}-ladder.svg"] = described(ladder_figure(steps, compared), drawn)
    return found


def described(figure: StyledFigure, drawn: pd.DataFrame) -> tuple[StyledFigure, str]:
    """A figure, and the description of its file: a digest of its title and of the table that is drawn."""
    content = figure.get_suptitle() + drawn.to_csv(index=False, float_format="%.6f", lineterminator="\n")
    return figure, digest(content)


def write_figures(folder: Path, figures: Figures) -> None:
    """Write figures into a folder."""
    for name, (figure, description) in figures.items():
        figure.write_svg(folder / name, description)
