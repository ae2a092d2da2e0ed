"""Finds the run that a user names, or the best one of a data set."""

import re
from contextlib import suppress
from math import isnan
from pathlib import Path

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.paths import with_home
from auxiliary.core.text import counted
from auxiliary.runs.data_sets import data_sets, find_data_set, runs_in
from auxiliary.runs.result import Result, folder_of
from auxiliary.runs.run import Run

# The end of the name of a run's folder.
FINGERPRINT = re.compile(r"-h[0-9a-f]{12}$")
# The option that names a data set.
OPTION = "--dataset"


def find_finished(name: str, root: Path, dataset: str = "") -> Run:
    """The finished run of a name.

    Args:
        name: a `run_id` of `results.csv`, with the time at its end or without; or the path of the run's folder,
            wherever that is; or the key of an experiment with one finished run.
        root: the folder that holds `models/`.
        dataset: the data set that the run is of; empty for any, so that a key must have one run in all of them.

    Raises:
        UserError: when there is no such data set or run, it is not finished, or several runs have the name.
    """
    run = _find_by_path(name) or _find_by_name(name, root, dataset)
    if not run.finished:
        raise UserError(f"{run.id} is not finished: give the command that began it again, and it goes on")
    if dataset and dataset not in (run.folder.parent.name, run.result.dataset):
        raise UserError(f"{run.folder} is a run of {run.result.dataset}: leave out {OPTION} {dataset}")
    return run


def find_network(name: str, root: Path, dataset: str = "") -> Run:
    """The finished run of a name, see `find_finished`; also a `UserError` where it diverged."""
    run = find_finished(name, root, dataset)
    run.check_converged()
    return run


def find_exportable(name: str, root: Path, dataset: str = "") -> Run:
    """The finished run of a name, see `find_network`; also a `UserError` where it is an ensemble."""
    run = find_network(name, root, dataset)
    if members := [member.id for member in run.members]:
        raise UserError(f"{run.id} is an ensemble, and an export holds one network: export one of its members, "
                        f"{', '.join(members)}")
    return run


def find_finished_or_best(name: str, root: Path, dataset: str = "") -> Run:
    """The finished run of a name, see `find_network`; where the name is empty, the best one of a data set.

    Raises:
        UserError: also when neither a run nor one of several data sets is named.
    """
    return find_network(name, root, dataset) if name else find_best(root, dataset)


def find_best(root: Path, dataset: str = "") -> Run:
    """The finished run of the best validation accuracy of a data set; of equals the first.

    Accuracies of different data sets are never compared. Nor are those of other images or another split than the run
    that finished last has: images that were added since may be harder.

    Args:
        root: the folder that holds `models/`.
        dataset: name of the data set; empty where there is only one.

    Raises:
        UserError: as in `find_data_set`, when there is none but runs that diverged, or when one cannot be read.
    """
    models = root / "models" / find_data_set(dataset, root, OPTION)
    finished = _like_the_last([run for run in runs_in(models) if run.finished])
    # A refit has no validation accuracy.
    validated = [run for run in finished if not run.diverged and not isnan(run.result.val_accuracy)]
    if not validated:
        found = "no finished run of its newest images with a validation accuracy" if finished else "no finished run"
        raise UserError(f"{models} holds {found}: train one first (python -m auxiliary run PROFILE)")
    return max(validated, key=lambda run: run.result.val_accuracy)


def _like_the_last(finished: list[Run]) -> list[Run]:
    """The runs on the images and the split of the one that finished last."""
    results = {run: run.result for run in finished}
    last = max(results.values(), key=lambda result: result.finished_at, default=None)
    return [run for run, result in results.items()
            if (result.images_hash, result.split_rule) == (last.images_hash, last.split_rule)]


def _find_by_path(path: str) -> Run | None:
    """The run of a folder; None where there is none, or where a name of an experiment cannot be a path."""
    with suppress(OSError, UserError):    # too long a name, and `~` with the name of no user
        run = Run(with_home(path).resolve())
        return run if run.begun else None
    return None


def _find_by_name(name: str, root: Path, dataset: str) -> Run:
    """The run below `root` with a name; a key counts where no run has that name."""
    names = [find_data_set(dataset, root, OPTION)] if dataset else data_sets(root)
    runs = [run for each in names for run in runs_in(root / "models" / each)]
    untimed = folder_of(name)
    finished = [run for run in runs if run.finished]
    found = [run for run in runs if run.id in (name, untimed)] or [run for run in finished if _has_key(run, name)]
    if not found:
        # Where a result is damaged, this is its error: the name may be that of its run.
        keys = {run.result.key for run in finished}
        place = root / "models" / dataset if dataset else root
        raise unknown(f"run of {place}", name, {run.id for run in finished} if FINGERPRINT.search(untimed) else keys)
    if len(found) > 1:
        listed = [f"{run.id} ({run.folder.parent.name}, {_described(run.result)})" for run in found]
        several = len({run.folder.parent for run in found}) > 1
        way = f"name one of them, or its data set with {OPTION}" if several else "name one of them"
        raise UserError("\n  ".join([f"{len(found):,} finished runs are called {name!r}; {way}:", *listed]))
    run, = found
    if run.id == untimed != name and run.finished and run.result.run_id != name:
        raise UserError(f"{run.folder} holds {run.result.run_id}, a later training of the same experiment; of "
                        f"{name} only the row of results.csv is left")
    return run


def _described(result: Result) -> str:
    """What tells runs of one experiment apart: before and after images were added, their day and number differ."""
    return f"seed {result.seed}, {result.finished_at:%Y-%m-%d}, {counted(result.train_images, 'training image')}"


def _has_key(run: Run, key: str) -> bool:
    """Whether a finished run is of an experiment; a damaged one is not, for another run may be."""
    try:
        return run.result.key == key
    except UserError:
        return False
