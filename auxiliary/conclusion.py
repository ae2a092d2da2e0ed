"""What a run ends with: pages, the results in the terminal, the report, and where everything is."""

from pathlib import Path

from rich.console import Console

from auxiliary.evaluation.saved import saved_predictions
from auxiliary.lab import Lab
from auxiliary.reporting.comparison import answer
from auxiliary.reporting.page.notebooks import notebook_pages
from auxiliary.reporting.page.write import write_report
from auxiliary.reporting.seeds import over_seeds
from auxiliary.reporting.terminal import result_table


def conclude(console: Console, lab: Lab, written: list[Path]) -> None:
    """Print the results so far, write the pages that are missing and the report, and say what was written.

    Args:
        console: where to print.
        lab: the open profile.
        written: the executed notebooks.
    """
    written = [*written, *notebook_pages(lab.paths.assets)]
    results = over_seeds(lab.results)
    if len(results):
        predictions = saved_predictions(results, lab.paths.models)
        console.print(result_table(results, predictions))
        console.print(answer(results, lab.chance, predictions), highlight=False, markup=False)
        written = [write_report(lab.paths.dataset, lab.paths.root), *written]
    console.print("\nwritten:")
    for path in (*written, lab.paths.assets, lab.paths.models, lab.paths.results):
        if path.exists():
            console.print(f"  {path}", highlight=False, soft_wrap=True)
