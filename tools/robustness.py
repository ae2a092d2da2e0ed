"""The accuracy of a data set's best networks on corrupted test images, for the table of docs/results.md.

    python -m tools.robustness [DATASET] [--root DIR]

Prints a table, and writes it to `tests/benchmarks/robustness.csv` in place of the data set's rows.
"""

import sys
from pathlib import Path

import click
import pandas as pd

from auxiliary.commands.cli import root_option
from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.evaluation.robustness import accuracies, kept
from auxiliary.project.open import open_dataset
from auxiliary.project.project import Project
from auxiliary.runs.find import best_of_stages
from auxiliary.training.robustness import measure_robustness
from tools.frozen_backbones import replace_rows

TABLE = REPOSITORY / "tests/benchmarks/robustness.csv"
RECORDED = ["image_size", "test_images", "precision", "device", "commit", "tensorflow", "keras"]
COLUMNS = ["dataset", "stage", "experiment", "corruption", "severity", "accuracy", "low", "high", "drop", "kept",
           *RECORDED]


@click.command()
@click.argument("dataset", required=False)
@root_option
def main(dataset: str | None, root: Path | None) -> None:
    """Measure the best network from scratch and the best pre-trained one of DATASET, or read back what was measured."""
    try:
        table = robustness(open_dataset(dataset, root))
    except UserError as error:
        sys.exit(f"error: {error}")
    replace_rows(table, TABLE)
    print(table.to_string(index=False))


def robustness(project: Project) -> pd.DataFrame:
    """The accuracy of each network in each corruption.

    Args:
        project: the opened data set, with finished runs.

    Returns:
        One row per network, corruption and severity, the clean images first, with the columns of `accuracies`, what
        is `kept`, and those of the run's row of `results.csv` that are `RECORDED`.
    """
    found, rows = measure_robustness(project), []
    for stage, run in best_of_stages(project.results, project.paths.models).items():
        answers = found[found["stage"] == stage]
        about = {"dataset": project.paths.dataset, "stage": stage, "experiment": run.result.key}
        recorded = {name: getattr(run.result, name) for name in RECORDED}
        rows.append(accuracies(answers).assign(kept=kept(answers), **about, **recorded))
    return pd.concat(rows)[COLUMNS].round(6)


if __name__ == "__main__":
    main()
