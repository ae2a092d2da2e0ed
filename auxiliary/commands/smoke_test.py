"""A quick run: does every row of a profile work, from its images to a model that can be read back?"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from auxiliary.commands.notebooks import find_notebooks
from auxiliary.commands.plan import has_work
from auxiliary.commands.run import run_notebooks
from auxiliary.commands.smoke_profile import (
    copy_few,
    enough,
    find_originals,
    missing_weights,
    shorten,
    start_at_random,
    write_profile,
)
from auxiliary.commands.temporary_root import temporary_root
from auxiliary.config.parameters import read_parameters
from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.project.open import open_project
from auxiliary.project.project import Project


def run_smoke_test(
    profile: str, parameters: Mapping[str, str], experiments: str = "*", root: Path | None = None
) -> None:
    """Train every row for an epoch on a few images, and check what came of it.

    Everything happens in a temporary folder, which is removed when all is well: `results.csv` and the folders of
    `root` stay as they are. Figures mean nothing.

    Args:
        profile: a profile's name, or the path of a YAML file.
        parameters: values that replace the profile's, written as in YAML.
        rows: keys of the rows to try, as shell patterns separated by commas.
        root: where the images may be already; the repository unless given.

    Raises:
        UserError: when something does not work, with all that is wrong and the folder where it can be seen.
    """
    console = Console()
    project = open_project(profile, experiments, read_parameters(parameters), root)
    if not project.profile.experiments:
        raise UserError("there is nothing to try: the profile has no rows")
    with temporary_root("quick run") as folder:
        quick, values = _prepare(console, project, folder)
        notebooks = [notebook for notebook in find_notebooks() if has_work(console, quick, notebook)]
        list(run_notebooks(console, quick, notebooks, values))
        _check(console, quick)
    count = len(quick.profile.experiments)
    console.print(f"{count} of {count} rows of {quick.paths.dataset} train, reload and go on as they should "
                  "(figures mean nothing; nothing was added to results.csv)", highlight=False, soft_wrap=True)


def _prepare(console: Console, project: Project, folder: Path) -> tuple[Project, dict[str, Any]]:
    """The quick run's own project in `folder`, images and all, and the parameters that open it in a notebook."""
    own = folder / "images" / project.paths.own.name if project.paths.own else None
    count = enough(project.profile.split.fractions)
    originals = find_originals(project, folder / "fetched")
    copy_few(originals, replace(project.paths, root=folder, own=own).raw, count)
    shutil.rmtree(folder / "fetched", ignore_errors=True)

    profile = shorten(project, str(own or project.profile.dataset))
    console.print(
        f"{len(profile.experiments)} rows of {project.paths.dataset}, an epoch each on {count} images a class",
        highlight=False,
    )
    missing = missing_weights(profile)
    for name, reason in missing.items():
        console.print(f"{name} starts from random weights: what it reaches means nothing, only whether it works. "
                      f"That is because {reason}", highlight=False, soft_wrap=True)
    file = folder / "quick.yaml"
    write_profile(start_at_random(profile, missing), file)
    values = {"profile": str(file), "experiments": "*", "overrides": {}, "root": str(folder)}
    return open_project(**values), values


def _check(console: Console, project: Project) -> None:
    """Say of every row whether it is as it should be, and raise an error that lists all that is not."""
    runtime.load()
    from auxiliary.commands.smoke_checks import check_experiments

    console.print("checks")
    wrong: dict[str, list[str]] = {}
    for experiment, problems in check_experiments(project):
        console.print(
            f"  {experiment.key}: {f'{len(problems)} wrong' if problems else 'ok'}", highlight=False, markup=False
        )
        if problems:
            wrong[experiment.key] = problems
    if wrong:
        listed = [f"experiment {key!r}: {problem}" for key, problems in wrong.items() for problem in problems]
        raise UserError(
            "\n".join([f"{len(wrong)} of {len(project.profile.experiments)} rows are not as they should be", *listed])
        )
