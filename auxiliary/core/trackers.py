"""The trackers that runs are logged to besides `results.csv`: none, or those that `--log` names."""

import importlib.util
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from auxiliary.core.environment import stated
from auxiliary.core.errors import UserError, unknown

# Environment variable that holds their names, so that the kernels of a command's notebooks get them too.
VARIABLE = "AUXILIARY_LOG"
TENSORBOARD, MLFLOW = "tensorboard", "mlflow"
# Each with the packages that it needs beyond those always installed, by their import names.
TRACKERS: dict[str, tuple[str, ...]] = {TENSORBOARD: (), MLFLOW: ("mlflow", "sqlalchemy", "alembic")}


@contextmanager
def stated_trackers(names: Sequence[str]) -> Iterator[None]:
    """Name the trackers in the block, also for processes that are started there; without names it changes nothing.

    Raises:
        UserError: a package that one of them needs is not installed.
    """
    for name in names:
        _check_packages(name)
    with stated(VARIABLE, ",".join(names)):
        yield


def used_trackers() -> list[str]:
    """The names of the trackers, each once; `UserError` for a name that is none."""
    names = list(dict.fromkeys(filter(None, os.environ.get(VARIABLE, "").split(","))))
    for name in names:
        if name not in TRACKERS:
            raise unknown(f"tracker in {VARIABLE}", name, TRACKERS)
    return names


def _check_packages(name: str) -> None:
    if missing := [package for package in TRACKERS[name] if importlib.util.find_spec(package) is None]:
        raise UserError(f"--log {name} needs packages that are not installed ({', '.join(missing)}): "
                        f"run .venv/bin/pip install -e '.[{name}]'")
