"""Checks that all workers run the same code, and see the files of the project, before any work."""

import os
import platform
import uuid
from collections.abc import Collection, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from auxiliary.core import runtime
from auxiliary.core.driver import find_driver
from auxiliary.core.errors import UserError
from auxiliary.core.paths import Paths
from auxiliary.core.text import listed
from auxiliary.runs.code import code_fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client, Worker

PACKAGES = ("dask", "distributed")
NAMED = 3    # workers in a sentence


class Seen(NamedTuple):
    """What a worker reports.

    Attributes:
        versions: of Python, the packages and this code, by name.
        problem: why it cannot work on the project's files; empty where it can.
        memory: bytes that it may use.
        gpu: whether it has one.
    """

    versions: Mapping[str, str]
    problem: str
    memory: float = inf
    gpu: bool = False


def scheduler_of(client: "Client") -> dict[str, Any]:
    """What the scheduler says about itself, and about all its workers by address.

    `Client.scheduler_info` may leave the workers out: it returns what was fetched last, and Dask itself fetches an
    answer without workers every few seconds.

    Raises:
        OSError: it does not answer.
    """
    if client.scheduler is None:
        raise OSError("the scheduler is gone")
    return client.sync(client.scheduler.identity, n_workers=-1)


def check_workers(client: "Client", paths: Paths, workers: Collection[str] | None = None) -> dict[str, Seen]:
    """Check workers.

    Args:
        client: connected to the cluster.
        paths: the project's; its root must be the same folder on all machines.
        workers: addresses; all workers unless given.

    Returns:
        What each of them reports.

    Raises:
        UserError: a worker lacks this package, has other versions, or sees other files; it is named.
    """
    with _token(paths.root) as token:
        answers = client.run(look, token, paths.own, workers=workers and list(workers), on_error="return")
    here = versions()
    for worker, answer in answers.items():
        if isinstance(answer, ModuleNotFoundError):
            raise UserError(f"the worker {worker} has no module {answer.name!r}: start it with the Python that this "
                            "project is installed in (.venv/bin/dask worker …)")
        if isinstance(answer, BaseException):
            raise UserError(f"the worker {worker} cannot be used ({type(answer).__name__}: {answer})")
        if different := [f"{name} ({answer.versions.get(name, 'none')} in place of {here[name]})"
                         for name in here if answer.versions.get(name) != here[name]]:
            raise UserError(f"the worker {worker} has other versions of {listed(different, NAMED)}: install the same "
                            "there, or figures would depend on who computes them")
        if answer.problem:
            raise UserError(f"the worker {worker} {answer.problem}: every machine must see the same folders under the "
                            "same paths, for example on a network drive (--root DIR)")
    return answers


@contextmanager
def _token(root: Path) -> "Iterator[Path]":
    """A file in a folder of its own below the root; both are gone at the end."""
    folder = root / f".cluster-{uuid.uuid4().hex}"
    folder.mkdir(parents=True)
    token = folder / "token"
    try:
        token.write_text(folder.name)
        yield token
    finally:
        for path in list(folder.iterdir()):
            path.unlink()
        folder.rmdir()


def versions() -> dict[str, str]:
    """The versions of all that a run's figures depend on, of Dask, and of this code."""
    return runtime.versions() | {name: version(name) for name in PACKAGES} | {"auxiliary": code_fingerprint()}


def look(token: Path, own: Path | None, dask_worker: "Worker | None" = None) -> Seen:
    """What a worker sees: it reads the token, and writes a file beside it.

    Args:
        token: a file that the client has written.
        own: the folder of the user's images, where they are not below the root.
        dask_worker: the worker; Dask fills this in.
    """
    memory = dask_worker.memory_manager.memory_limit if dask_worker else None
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    return Seen(versions(), _problem(token, own), memory or inf, not hidden and find_driver() is not None)


def _problem(token: Path, own: Path | None) -> str:
    try:
        if token.read_text() != token.parent.name:
            return f"sees another folder as {token.parent.parent}"
        answer = token.with_name(f"{platform.node()}-{os.getpid()}")
        answer.write_text("")
    except FileNotFoundError:
        return f"does not see {token.parent.parent}"
    except OSError as error:
        return f"cannot write to {token.parent.parent} ({error.strerror})"
    return f"does not see the images in {own}" if own and not own.is_dir() else ""
