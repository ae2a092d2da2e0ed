"""`python -m auxiliary robustness DATASET`: the best networks on corrupted test images."""

import shlex
from pathlib import Path

from auxiliary.core.console import PlainConsole
from auxiliary.project.open import open_dataset
from auxiliary.reporting.robustness import robustness_sentences, robustness_table
from auxiliary.reporting.robustness_figure import robustness_figure
from auxiliary.reporting.tables import Table
from auxiliary.training.robustness import measure_robustness


def show_robustness(dataset: str | None, root: Path | None) -> None:
    """Measure what was not measured before, print it, and save a figure.

    Args:
        dataset: name of a folder in `models/`; None where there is only one.
        root: the folder of data, models and assets; the repository unless given.

    Raises:
        UserError: there is no such data set or no run on its newest images, or a network or an image cannot be read.
    """
    project = open_dataset(dataset, root)
    found = measure_robustness(project)
    console = PlainConsole()
    table = robustness_table(found)
    # A terminal of 80 columns has no room for the drops.
    shown = table[[name for name in table if not name.startswith("drop")]]
    console.print(Table.from_frame(shown).to_rich(unwrapped=list(shown)))
    console.print(robustness_sentences(found), soft_wrap=True)
    project.show(robustness_figure(found, project.chance), "robustness")
    console.print(f"The figure is in {project.paths.assets}. Reports and slides show it from now on: python -m "
                  f"auxiliary report {shlex.quote(project.paths.dataset)}", soft_wrap=True)
