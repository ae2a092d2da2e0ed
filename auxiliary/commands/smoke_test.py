"""The smoke test: every experiment of a profile trains one epoch on a few images, and its run is checked."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from auxiliary.commands.notebooks import find_notebooks
from auxiliary.commands.plan import has_work
from auxiliary.commands.run import run_notebooks
from auxiliary.commands.smoke_images import copy_few, find_originals, images_per_class
from auxiliary.commands.smoke_profile import missing_weights, shorten, start_at_random, write_profile
from auxiliary.commands.temporary_root import temporary_root
from auxiliary.config.parameters import read_parameters
from auxiliary.core import runtime
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.core.text import counted
from auxiliary.project.open import open_project
from auxiliary.project.project import Project


def run_smoke_test(
    profile: str, parameters: Mapping[str, str], experiments: str = "*", root: Path | None = None
) -> None:
    """Train every experiment for one epoch on a few images, and check the saved models, figures and predictions.

    Everything happens in a temporary folder, which is removed when no problem was found. `results.csv` and the folders
    of `root` do not change. The accuracies mean nothing.

    Args:
        profile: a profile's name, or the path of a YAML file.
        parameters: values that replace the profile's, see `read_parameters`.
        experiments: keys of the experiments to test, as shell patterns separated by commas.
        root: folder that may hold the images already; the repository unless given.

    Raises:
        UserError: when something does not work, with every problem and the temporary folder.
    """
    console = PlainConsole()
    project = open_project(profile, experiments, read_parameters(parameters), root)
    if not project.profile.experiments:
        raise UserError("there is nothing to test: the profile has no experiments")
    with temporary_root("smoke test") as folder:
        small, values = _prepare(console, project, folder)
        notebooks = [notebook for notebook in find_notebooks() if has_work(console, small, notebook)]
        list(run_notebooks(console, small, notebooks, values))
        _check(console, small)
    count = len(small.profile.experiments)
    console.print(f"{count:,} of {count:,} experiments of {small.paths.dataset} train, reload and go on as they should "
                  "(the accuracies mean nothing; nothing was added to results.csv)", soft_wrap=True)


def _prepare(console: PlainConsole, project: Project, folder: Path) -> tuple[Project, dict[str, Any]]:
    """The smoke test's own project in `folder` with a few images, and the parameters that open it in a notebook."""
    own = folder / "images" / project.paths.own.name if project.paths.own else None
    count = images_per_class(project.profile.split.fractions)
    originals = find_originals(project, folder / "fetched")
    copy_few(originals, replace(project.paths, root=folder, own=own).raw, count, project.paths.labels)
    shutil.rmtree(folder / "fetched", ignore_errors=True)

    profile = shorten(project, str(own or project.profile.dataset))
    console.print(
        f"{counted(len(profile.experiments), 'experiment')} of {project.paths.dataset}, one epoch each, "
        f"{counted(count, 'image')} per class",
    )
    missing = missing_weights(profile)
    for name, reason in missing.items():
        console.print(f"{name} starts from random weights, because {reason}", soft_wrap=True)
    file = folder / "smoke-test.yaml"
    write_profile(start_at_random(profile, missing), file)
    values = {"profile": str(file), "experiments": "*", "overrides": {}, "root": str(folder)}
    return open_project(**values), values


def _check(console: PlainConsole, project: Project) -> None:
    """Print one line per experiment; `UserError` with every problem where there is any."""
    runtime.load()
    from auxiliary.commands.smoke_checks import check_runs

    console.print("checks")
    wrong: dict[str, list[str]] = {}
    for experiment, problems in check_runs(project):
        outcome = counted(len(problems), "problem") if problems else "ok"
        console.print(f"  {experiment.key}: {outcome}")
        if problems:
            wrong[experiment.key] = problems
    if wrong:
        listed = [f"experiment {key!r}: {problem}" for key, problems in wrong.items() for problem in problems]
        raise UserError(
            "\n".join([f"{len(wrong):,} of {len(project.profile.experiments):,} experiments have problems", *listed])
        )
