"""One run of a profile: says what is to come, runs the notebooks, and says what came of it."""

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console

from auxiliary.commands.notebooks import Watch, find_notebooks, progress_file, run_notebook
from auxiliary.commands.plan import announce, has_work
from auxiliary.config.parameters import read_parameters
from auxiliary.core.errors import UserError
from auxiliary.project.open import open_project
from auxiliary.project.project import Project


def run_profile(profile: str, parameters: Mapping[str, str], only: str = "", experiments: str = "*",
                root: Path | None = None) -> None:
    """Run a profile's notebooks and print the result.

    Args:
        profile: a profile's name, or the path of a YAML file.
        parameters: values that replace the profile's, written as in YAML.
        only: numbers of the notebooks to run, separated by commas; all unless given.
        rows: keys of the rows to train, as shell patterns separated by commas.
        root: the folder for data, models, assets and results; the repository unless given.

    Raises:
        UserError: for whatever does not exist or does not fit, before anything runs; for a failing notebook; and when
            interrupted.
    """
    try:
        _run(profile, parameters, only, experiments, root)
    except KeyboardInterrupt:
        raise UserError("interrupted; the same command goes on after the last whole epoch") from None


def _run(profile: str, parameters: Mapping[str, str], only: str, experiments: str, root: Path | None) -> None:
    console = Console()
    profile = str(Path(profile).resolve()) if Path(profile).suffix in (".yaml", ".yml") else profile
    overrides = read_parameters(parameters)
    notebooks = find_notebooks(only)
    project = open_project(profile, experiments, overrides, root)
    notebooks = [notebook for notebook in notebooks if has_work(console, project, notebook)]
    announce(console, project, notebooks)
    values = {
        "profile": profile,
        "experiments": experiments,
        "overrides": overrides | _located(project),
        "root": str(project.paths.root),
    }
    written = []
    with ThreadPoolExecutor(1) as beside:
        for notebook in run_notebooks(console, project, notebooks, values):
            written.append(notebook)
            # While the next one runs. What goes wrong with a page goes wrong again in the end, and is said then.
            beside.submit(_make_pages, project.paths.assets)
    # Here, because whoever mistyped something need not wait for it.
    from auxiliary.commands.conclusion import conclude

    # Opened anew: notebook 01 may have written other tables.
    conclude(console, open_project(profile, experiments, values["overrides"], root), written)


def _make_pages(assets: Path) -> None:
    # From there, so that what the end needs is loaded by then.
    from auxiliary.commands.conclusion import notebook_pages

    notebook_pages(assets)


def _located(project: Project) -> dict[str, str]:
    """Where the images are, whatever folder a kernel starts in."""
    places = {"dataset": project.paths.own, "source": project.profile.source}
    return {name: str(path) for name, path in places.items() if path}


def run_notebooks(
    console: Console, project: Project, notebooks: list[Path], values: Mapping[str, Any]
) -> Iterator[Path]:
    """Execute notebooks one after the other, showing how far they are.

    Args:
        console: where to show it.
        project: the open profile.
        notebooks: those to run, in order.
        values: their parameters.

    Yields:
        Each executed notebook.

    Raises:
        UserError: when one fails.
    """
    # The path of a socket may have about 100 characters, which some systems' own temporary folder nearly fills.
    with tempfile.TemporaryDirectory(dir="/tmp" if Path("/tmp").is_dir() else None) as folder:
        watch = Watch(console, progress_file(Path(folder)), len(notebooks))
        with watch.shown(), _no_kernel_left():
            for notebook in notebooks:
                watch.begin(notebook.stem)
                yield run_notebook(notebook, project, values, Path(folder))


@contextmanager
def _no_kernel_left() -> Iterator[None]:
    """Kill the kernel, and its processes, if it is still there when the block is interrupted.

    The client takes down those that have started: one that is about to start is nobody's yet.
    """
    try:
        yield
    except KeyboardInterrupt:
        left = psutil.Process().children(recursive=True)
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=10)
        raise
