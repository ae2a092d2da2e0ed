"""A quick run: does every row of a profile work, from its pictures to a model that can be read back?"""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console

from auxiliary import runtime
from auxiliary.config.parameters import read_parameters
from auxiliary.errors import UserError
from auxiliary.lab import Lab
from auxiliary.opening import open_lab
from auxiliary.plan import has_work
from auxiliary.quick.pictures import copy_few, enough, find_originals
from auxiliary.quick.profile import missing_weights, shorten, start_at_random, write_profile
from auxiliary.runner import find_notebooks
from auxiliary.session import run_notebooks
from auxiliary.temporary_root import temporary_root


def run_quick(profile: str, parameters: Mapping[str, str], rows: str = "*", root: Path | None = None) -> None:
    """Train every row for an epoch on a few pictures, and check what came of it.

    Everything happens in a temporary folder, which is removed when all is well: `results.csv` and the folders of
    `root` stay as they are. Figures mean nothing.

    Args:
        profile: a profile's name, or the path of a YAML file.
        parameters: values that replace the profile's, written as in YAML.
        rows: keys of the rows to try, as shell patterns separated by commas.
        root: where the pictures may be already; the repository unless given.

    Raises:
        UserError: when something does not work, with all that is wrong and the folder where it can be seen.
    """
    console = Console()
    lab = open_lab(profile, rows, read_parameters(parameters), root)
    if not lab.profile.rows:
        raise UserError("there is nothing to try: the profile has no rows")
    with temporary_root("quick run") as folder:
        quick, values = _prepare(console, lab, folder)
        notebooks = [notebook for notebook in find_notebooks() if has_work(console, quick, notebook)]
        list(run_notebooks(console, quick, notebooks, values))
        _check(console, quick)
    count = len(quick.profile.rows)
    console.print(f"{count} of {count} rows of {quick.paths.dataset} train, reload and go on as they should "
                  "(figures mean nothing; nothing was added to results.csv)", highlight=False, soft_wrap=True)


def _prepare(console: Console, lab: Lab, folder: Path) -> tuple[Lab, dict[str, Any]]:
    """The quick run's own lab in `folder`, pictures and all, and the parameters that open it in a notebook."""
    own = folder / "pictures" / lab.paths.own.name if lab.paths.own else None
    count = enough(lab.profile.split.fractions)
    originals = find_originals(lab, folder / "fetched")
    copy_few(originals, replace(lab.paths, root=folder, own=own).raw, count)
    shutil.rmtree(folder / "fetched", ignore_errors=True)

    profile = shorten(lab, str(own or lab.profile.dataset))
    console.print(f"{len(profile.rows)} rows of {lab.paths.dataset}, an epoch each on {count} pictures a class",
                  highlight=False)
    missing = missing_weights(profile)
    for name, reason in missing.items():
        console.print(f"{name} starts from random weights: what it reaches means nothing, only whether it works. "
                      f"That is because {reason}", highlight=False, soft_wrap=True)
    file = folder / "quick.yaml"
    write_profile(start_at_random(profile, missing), file)
    values = {"profile": str(file), "rows": "*", "overrides": {}, "root": str(folder)}
    return open_lab(**values), values


def _check(console: Console, lab: Lab) -> None:
    """Say of every row whether it is as it should be, and raise an error that lists all that is not."""
    runtime.load()
    from auxiliary.quick.checks import check_rows

    console.print("checks")
    wrong: dict[str, list[str]] = {}
    for row, problems in check_rows(lab):
        console.print(f"  {row.key}: {f'{len(problems)} wrong' if problems else 'ok'}", highlight=False, markup=False)
        if problems:
            wrong[row.key] = problems
    if wrong:
        listed = [f"row {key!r}: {problem}" for key, problems in wrong.items() for problem in problems]
        raise UserError("\n".join([f"{len(wrong)} of {len(lab.profile.rows)} rows are not as they should be", *listed]))
