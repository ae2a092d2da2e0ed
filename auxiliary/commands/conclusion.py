"""The end of a run: writes pages and the report, and prints the results, the paths and how to predict other images."""

from pathlib import Path

import pandas as pd

from auxiliary.commands.results_forms import leaderboards
from auxiliary.core.console import PlainConsole
from auxiliary.core.text import counted
from auxiliary.project.project import Project
from auxiliary.reporting.comparison import summary_sentence
from auxiliary.reporting.data_overview import readable
from auxiliary.reporting.html.notebooks import notebook_pages
from auxiliary.reporting.html.write import write_report
from auxiliary.reporting.summaries import left_out_summary
from auxiliary.runs.find import saved_predictions
from auxiliary.runs.seeds import over_seeds


def conclude(console: PlainConsole, project: Project, written: list[Path]) -> None:
    """Print which files were left out and the results, write missing pages and the report, and print the paths.

    Where a network was trained, the command that predicts other images is printed too.

    Args:
        console: where to print.
        project: the open profile.
        written: the executed notebooks.
    """
    # Of earlier runs, missing pages are written too, but were not asked for now.
    pages = [page for page in notebook_pages(project.paths.assets) if page.with_suffix(".ipynb") in written]
    written = [*written, *pages]
    _print_left_out(console, project)
    rows = project.rows
    runs = project.on_these_images(rows.shown)
    results = over_seeds(runs)
    if len(results):
        predictions = saved_predictions(results, project.paths.models)
        for form in leaderboards(runs, set(rows.own["dataset"]), project.paths.root, rows.beside, sort="",
                                 width=console.width):
            console.print(form.table)
        console.print(" ".join([summary_sentence(results, project.chance, predictions), rows.remark]).rstrip())
        written = [write_report(project), *written]
    _print_others(console, project, rows.own)
    console.print("\nwritten:")
    for path in (*written, project.paths.assets, project.paths.models, project.paths.results):
        if path.exists():
            console.print(f"  {path}", soft_wrap=True)
    if len(project.on_these_images(rows.own)):
        command = project.paths.command("predict", "IMAGE", "--dataset", project.paths.dataset)
        console.print(f"\nto classify other images: {command}", soft_wrap=True)


def _print_others(console: PlainConsole, project: Project, own: pd.DataFrame) -> None:
    """Print how many own runs of the data set are on other images or another split, if there are any."""
    if others := len(own) - len(project.on_these_images(own)):
        console.print(f"{counted(others, 'run')} on other images or another split: "
                      f"{project.paths.command('results', project.paths.dataset)}", soft_wrap=True)


def _print_left_out(console: PlainConsole, project: Project) -> None:
    """Print which files were left out, if there are any and notebook 01 has listed them."""
    if not project.paths.table("overview").is_file():
        return
    overview = project.table("overview")
    if len(readable(overview)) < len(overview):
        console.print(left_out_summary(overview))
