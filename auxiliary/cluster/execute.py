"""Sends a graph of tasks to a cluster and gives their outcomes as they come."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from auxiliary.cluster.task import GPU, MEMORY, TURN, Outcome, Task, Training
from auxiliary.core.errors import UserError
from auxiliary.core.text import format_bytes
from auxiliary.core.worker import WorkerKilled

if TYPE_CHECKING:
    from distributed import Client, Future

# How often a task is tried again whose process was killed, while its worker lives.
RETRIES = 2

LOST = ("the scheduler is lost: give the same command again when there is one. What is finished stays, and interrupted "
        "runs go on after their last whole epoch")


def execute(client: "Client", tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Do tasks on the workers, each as soon as those are done that it needs.

    Args:
        client: connected to the cluster, whose workers have the plugin.
        tasks: what a task needs stands before it.

    Yields:
        How each task ended, in the order in which they end.

    Raises:
        UserError: the scheduler is lost, or no worker has the memory for a task.
    """
    from distributed import as_completed

    _check_memory(client, tasks)
    futures = _submitted(client, tasks)
    names = {future.key: task for task, future in futures.items()}
    try:
        for future, result in as_completed(
                futures.values(), loop=client.loop, with_results=True, raise_errors=False):
            if future.cancelled():
                raise UserError(LOST)
            yield _outcome(names[future.key], result if future.status == "finished" else future.exception())
    finally:
        # Without a reader of the outcomes nothing runs on. With a lost scheduler there is nothing to cancel.
        if client.status == "running":
            client.cancel(list(futures.values()), force=True)


def _submitted(client: "Client", tasks: Sequence[Task]) -> Mapping[Task, "Future"]:
    from auxiliary.cluster.plugin import run_task

    run, futures = uuid.uuid4().hex[:8], {}
    by_name: dict[str, Future] = {}
    gpus, left = _has_gpu(client), _seconds_left(tasks)
    for task in tasks:
        resources = {TURN: 1, MEMORY: task.memory} | ({GPU: 1} if gpus else {})
        # The longest chain first.
        by_name[task.name] = futures[task] = client.submit(
            run_task, task, *(by_name[needed] for needed in task.needs), key=f"{task.name} ({run})", pure=False,
            resources=resources, retries=RETRIES, priority=left[task.name])
    return futures


def _has_gpu(client: "Client") -> bool:
    return any(GPU in worker["resources"] for worker in client.scheduler_info(n_workers=-1)["workers"].values())


def _seconds_left(tasks: Sequence[Task]) -> dict[str, float]:
    """How long it takes from the beginning of each task to the end of the longest chain behind it."""
    behind: dict[str, float] = {}
    for task in reversed(tasks):
        left = task.seconds + behind.get(task.name, 0.0)
        behind[task.name] = left
        for needed in task.needs:
            behind[needed] = max(behind.get(needed, 0.0), left)
    return behind


def _check_memory(client: "Client", tasks: Sequence[Task]) -> None:
    """Check that some worker has the memory for each task: Dask would wait for one without end."""
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    most = max(worker["resources"].get(MEMORY, 0) for worker in workers)
    for task in tasks:
        if task.memory > most:
            raise UserError(f"{task.name} takes about {format_bytes(task.memory)} of memory, and the largest worker "
                            f"has {format_bytes(most)}: choose a smaller batch_size or image_size, or larger workers")


def _outcome(task: Task, result: Any) -> Outcome:
    """The outcome of a task; what Dask raised for it, in place of a result, in words."""
    from distributed.scheduler import KilledWorker

    if isinstance(result, Outcome):
        return result
    if isinstance(result, KilledWorker):
        if not str(result.task).startswith(f"{task.name} ("):
            return Outcome(task.name, "skipped", f"{str(result.task).rpartition(' (')[0]}, which it needs, has failed")
        return Outcome(task.name, "failed", (
            f"{result.allowed_failures + 1:,} workers died while they did it, the last one at "
            f"{result.last_worker.address}: its log says whether memory ran out or its time did (workers of a queue "
            "need --lifetime, shorter than the walltime, see docs/cluster.md)"))
    if isinstance(result, WorkerKilled):
        what = "training" if isinstance(task.work, Training) else "computing"
        return Outcome(task.name, "failed", (
            f"the process that was {what} was killed {RETRIES + 1:,} times, probably because memory ran out: choose a "
            "smaller batch_size or image_size, or start workers with more memory"))
    return Outcome(task.name, "failed", f"{type(result).__name__}: {result}")
