"""A cluster of processes on this machine, which listen on nothing but the loopback address."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from auxiliary.core.driver import find_driver
from auxiliary.core.threads import usable_cores
from auxiliary.core.worker import ctrl_c_blocked

if TYPE_CHECKING:
    from distributed import SpecCluster

LOOPBACK, ANY_PORT = "127.0.0.1", "127.0.0.1:0"


@contextmanager
def local_cluster(workers: int) -> Iterator["SpecCluster"]:
    """Worker processes that share this machine's cores, and its GPUs, one each; a killed one is started again."""
    from distributed import Nanny, Scheduler, SpecCluster

    threads = max(1, usable_cores() // workers)
    scheduler = {"cls": Scheduler, "options": {"host": LOOPBACK, "dashboard_address": ANY_PORT}}
    each = {number: {"cls": Nanny, "options": {
        "nthreads": threads, "host": LOOPBACK, "env": environment, "dashboard": False, "silence_logs": "ERROR"}}
        for number, environment in enumerate(_environments(workers))}
    # The command ends them; they would print tracebacks.
    with ctrl_c_blocked():
        cluster = SpecCluster(each, scheduler, silence_logs="ERROR")
    with cluster:
        yield cluster


def _environments(workers: int) -> list[dict[str, str]]:
    """The variables of each process: which GPU it sees; without an NVIDIA driver nothing is said."""
    if not (driver := find_driver()):
        return [{}] * workers
    gpus = range(len(driver.gpus))
    return [{"CUDA_VISIBLE_DEVICES": str(number) if number in gpus else "-1"} for number in range(workers)]
