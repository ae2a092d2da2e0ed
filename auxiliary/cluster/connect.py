"""Connects to a Dask cluster: a scheduler that is there, processes on this machine, or jobs of a queue."""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from auxiliary.cluster.check_workers import scheduler_of
from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import counted

if TYPE_CHECKING:
    from distributed import Client

# Environment variable that names a scheduler where `--cluster` stands alone.
VARIABLE = "DASK_SCHEDULER_ADDRESS"
LOCAL, FILES = "local:", (".yaml", ".yml")
# Seconds to wait for a scheduler, and for a worker that was started a moment ago.
SCHEDULER, WORKER = 10, 60
MOST_LOCAL = 256
FORMS = ("give the address of a scheduler (tcp://host:8786), processes on this machine (local:2), or a file for "
         "dask-jobqueue (slurm.yaml)")


@contextmanager
def connected(cluster: str) -> Iterator["Client"]:
    """A client of a cluster that has at least one worker; what was started for it ends with the block.

    Args:
        cluster: the address of a scheduler; `local:N` for N processes on this machine; the path of a YAML file for
            jobs of a queue, see `auxiliary.cluster.job_queue`; or empty for the address in `DASK_SCHEDULER_ADDRESS`.

    Raises:
        UserError: Dask is not installed, nobody listens at the address, or there are no workers.
    """
    if not find_spec("distributed"):
        raise UserError("--cluster needs the extra `cluster`: .venv/bin/pip install -e '.[cluster]'")
    if cluster.startswith(LOCAL):
        from auxiliary.cluster.local import local_cluster

        with local_cluster(_number(cluster)) as made, _client(made, cluster) as client:
            client.wait_for_workers(_number(cluster), WORKER)
            yield client
    elif cluster.lower().endswith(FILES):
        from auxiliary.cluster.job_queue import queued_cluster

        with queued_cluster(Path(cluster)) as made, _client(made, cluster) as client:
            notify("waiting for the first job to start")
            client.wait_for_workers(1)
            yield client
    else:
        address = _address(cluster)
        with _client(address, address) as client:
            _check_workers(client, address)
            yield client


def _number(cluster: str) -> int:
    text = cluster.removeprefix(LOCAL)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_LOCAL):
        raise UserError(f"--cluster {cluster}: after {LOCAL} comes a number of processes from 1 to {MOST_LOCAL}")
    return int(text)


def _address(cluster: str) -> str:
    address = cluster or os.environ.get(VARIABLE, "")
    if not address:
        raise UserError(f"--cluster names no cluster, and neither does the environment variable {VARIABLE}: {FORMS}")
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if not host or not port.isdigit():
        raise UserError(f"{address!r} is no cluster: {FORMS}")
    return address


@contextmanager
def _client(cluster: object, name: str) -> Iterator["Client"]:
    from distributed import Client

    with warnings.catch_warnings(), _silent():
        # Versions that differ are an error with a sentence, see `auxiliary.cluster.check_workers`.
        warnings.filterwarnings("ignore", module="distributed")
        try:
            client = Client(cluster, timeout=SCHEDULER, set_as_default=False)
        # Whatever else may listen there: its answer is none of Dask's.
        except (OSError, ValueError, RuntimeError) as error:
            raise UserError(f"no Dask scheduler answers at {name} ({_first_line(error)}): start one with `dask "
                            "scheduler`, and workers with `dask worker`") from error
    with _silent(), client:
        notify(f"dashboard: {client.dashboard_link}")
        yield client


@contextmanager
def _silent() -> Iterator[None]:
    """Without what Dask logs about lost connections: this package says it in its own words."""
    log = logging.getLogger("distributed")
    before = log.level
    # Above CRITICAL, at which a scheduler logs that a client has left.
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _check_workers(client: "Client", address: str) -> None:
    if not scheduler_of(client)["workers"]:
        raise UserError(f"the cluster at {address} has no workers: start some with `dask worker {address}`, each with "
                        "as many threads as a training may take (--nthreads)")


def described(client: "Client") -> str:
    """The workers in words, such as `2 workers with 1 thread each`."""
    threads = sorted(set(client.nthreads().values()))
    each = f"{threads[0]:,}" if len(threads) == 1 else f"{threads[0]:,} to {threads[-1]:,}"
    return (f"{counted(len(client.nthreads()), 'worker')} with {each} thread{'' if threads == [1] else 's'} each")
