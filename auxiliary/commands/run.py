"""`python -m auxiliary run PROFILE`: announces the training, executes the notebooks, prints the results."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from auxiliary.commands.kernel_progress import KernelProgress
from auxiliary.commands.notebooks import find_notebooks, run_notebook
from auxiliary.commands.plan import announce, has_work, trained_by
from auxiliary.config.choose import as_absolute
from auxiliary.config.experiment import Experiment
from auxiliary.config.parameters import read_parameters
from auxiliary.core.console import PlainConsole
from auxiliary.core.ownership import temporary_folder
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from auxiliary.runs.results_csv import check_results
from auxiliary.training.job import jobs_of
from auxiliary.training.outcome import check_converged
from auxiliary.training.retrain import retrain_later

# A socket's path may have 103 characters on all systems; a folder's name and a socket's take 32 of them.
LONGEST_FOLDER = 70


def run_profile(profile: str, parameters: Mapping[str, str], only: str = "", experiments: str = "*",
                root: Path | None = None, plan: bool = False, retrain: bool = False,
                cluster: str | None = None, stage: Path | None = None) -> None:
    """Run a profile's notebooks and print the results.

    Args:
        profile: a profile's name, the path of a YAML file, or that of images.
        parameters: values that replace the profile's, see `read_parameters`.
        only: numbers of the notebooks to run, separated by commas; all unless given.
        experiments: keys of the experiments to train, as shell patterns separated by commas.
        root: the folder for data, models, assets and results; the repository unless given.
        plan: whether to print what would be trained, all of it, and to run nothing.
        retrain: whether to train finished runs anew, see `auxiliary.training.retrain`.
        cluster: a Dask cluster that prepares and trains before the notebooks read everything back, see
            `auxiliary.cluster.connect`; None for none.
        stage: a folder on the own disk of every machine for copies of the images, see `auxiliary.cluster.stage`.

    Raises:
        UserError: for anything that does not exist or does not fit, before a notebook runs; for a failing notebook;
            and at the end, for experiments that diverged or failed.
    """
    console = PlainConsole()
    profile = as_absolute(profile)
    overrides = read_parameters(parameters)
    notebooks = find_notebooks(only)
    project = open_project(profile, experiments, overrides, root)
    if not plan:
        check_results(project.paths.results)
    notebooks = [notebook for notebook in notebooks if has_work(console, project, notebook)]
    trained = [experiment for notebook in notebooks for experiment in trained_by(project, notebook) or ()]
    if retrain:
        retrain_later(jobs_of(trained, project), project)
    overrides |= _absolute_paths(project, profile)
    opened_again = partial(open_project, profile, experiments, overrides, root)
    shown = experiments
    if cluster is None:
        announce(console, project, notebooks, whole=plan)
    else:
        # Here, so that Dask is loaded only where it is used.
        from auxiliary.commands.on_cluster import finished_only, run_on_cluster

        run_on_cluster(console, cluster, project, notebooks, trained, plan, stage)
        if not plan:
            notebooks, shown = finished_only(console, opened_again(), notebooks)
    if not plan:
        values = {"profile": profile, "experiments": shown, "overrides": overrides, "root": str(project.paths.root)}
        written = _run_and_write_pages(console, project, notebooks, values)
        # Notebook 01 may have changed the tables.
        _conclude(console, opened_again(), written, trained)


def _conclude(console: PlainConsole, project: Project, written: list[Path], trained: Sequence[Experiment]) -> None:
    # Imported late: mistakes are reported faster without it.
    from auxiliary.commands.conclusion import conclude

    conclude(console, project, written)
    check_converged(jobs_of(trained, project))


def _run_and_write_pages(console: PlainConsole, project: Project, notebooks: list[Path],
                         values: Mapping[str, Any]) -> list[Path]:
    """Execute notebooks, and write the page of each while the next one runs; the executed notebooks."""
    written = []
    # Without `with`, which would wait for it when the command is interrupted.
    background = ThreadPoolExecutor(1)
    for notebook in run_notebooks(console, project, notebooks, values):
        written.append(notebook)
        # An error is ignored here: `conclude` writes missing pages and raises it.
        background.submit(_write_page, notebook)
    background.shutdown()
    return written


def _write_page(notebook: Path) -> None:
    # The first import loads what `conclude` needs, in the background.
    import auxiliary.commands.conclusion  # noqa: F401
    from auxiliary.reporting.html.notebooks import write_page

    write_page(notebook)


def _absolute_paths(project: Project, profile: str) -> dict[str, str]:
    """The parameters that name files, where `profile` does not name them, from any folder in which a kernel starts."""
    profiled = project.profile
    paths = {"dataset": project.paths.given, "source": profiled.source, "label_fixes": profiled.label_fixes}
    return {name: str(path) for name, path in paths.items() if path and str(path) != profile}


def run_notebooks(
    console: PlainConsole, project: Project, notebooks: list[Path], values: Mapping[str, Any]
) -> Iterator[Path]:
    """Execute notebooks one after the other and show their progress.

    Args:
        console: where to show it.
        project: the open profile.
        notebooks: the notebooks to run, in order.
        values: their parameters.

    Yields:
        The path of each executed notebook.

    Raises:
        UserError: when one fails.
    """
    # Here, so that a typing mistake is answered before Jupyter is loaded.
    from auxiliary.commands.kernels import kernels_ahead, progress_file

    with _exchange_folder() as folder:
        progress = KernelProgress(console, progress_file(folder), len(notebooks))
        with progress.shown(), kernels_ahead(notebooks, folder) as kernels:
            for notebook, kernel in kernels:
                progress.begin(notebook.stem)
                yield run_notebook(notebook, kernel, project, values, folder)


def _exchange_folder() -> AbstractContextManager[Path]:
    """A temporary folder for sockets, in `/tmp` where the path of the usual one is too long for them."""
    usual = Path(tempfile.gettempdir())
    return temporary_folder(usual if len(str(usual)) <= LONGEST_FOLDER else Path("/tmp"))
