"""The data sets of a root: the folders in `models/`, and the one that a command uses."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from auxiliary.core.errors import UserError, unknown
from auxiliary.runs.run import Run

NEVER = datetime.min.replace(tzinfo=UTC)


def data_sets(root: Path) -> list[str]:
    """The names of the data sets of a root, sorted: of the folders in `models/`."""
    return [path.name for path in sorted((root / "models").glob("*")) if path.is_dir()]


def find_data_set(name: str | None, root: Path, option: str = "") -> str:
    """The data set that a command uses: the one of a name, or the only one there is.

    Args:
        name: name of its folder in `models/`; None or empty where there is only one.
        root: the folder that holds `models/`.
        option: the option by which the user names it; empty where the command takes it as an argument.

    Raises:
        UserError: there is none of that name, there is none at all, or there are several and none is named.
    """
    models, names = root / "models", data_sets(root)
    if not names:
        raise UserError(f"{models} holds no data set: run a profile first (python -m auxiliary run demo)")
    if name and name not in names:
        raise unknown(f"data set of {models}", name, names)
    if not name and len(names) > 1:
        raise UserError(f"{models} holds several data sets: name one{f' with {option}' if option else ''}: "
                        f"{', '.join(names)}{_newest(models / each for each in names)}")
    return name or names[0]


def runs_in(models: Path) -> list[Run]:
    """The runs of a data set, finished or not, in the order of their folders' names.

    Args:
        models: the folder `models/<dataset>`.
    """
    return [run for run in map(Run, sorted(models.glob("*"))) if run.begun]


def _newest(folders: Iterable[Path]) -> str:
    """The data set of the run that finished last, in brackets; empty where no run is finished."""
    last = {folder.name: _finished_last(folder) for folder in folders}
    name = max(last, key=last.__getitem__)
    return f" (the newest run is of {name})" if last[name] > NEVER else ""


def _finished_last(folder: Path) -> datetime:
    """When the last run of a data set finished; runs whose result cannot be read are passed over."""
    times = [NEVER]
    for run in runs_in(folder):
        with suppress(UserError):
            times.append(run.result.finished_at)
    return max(times)
