"""Sends a graph of tasks to a cluster and gives their outcomes as they come."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from auxiliary.cluster.task import GPU, MEMORY, TURN, Outcome, Task, Training
from auxiliary.core.errors import UserError
from auxiliary.core.text import format_bytes
from auxiliary.core.worker import WorkerKilled

if TYPE_CHECKING:
    from distributed import Client

# How often a task is tried again whose process was killed, while its worker lives.
RETRIES = 2
INTERVAL = 1    # second, between two looks for new workers

LOST = ("the scheduler is lost: give the same command again when there is one. What is finished stays, and interrupted "
        "runs go on after their last whole epoch")


def execute(client: "Client", tasks: Sequence[Task]) -> Iterator[Outcome]:
    """Do tasks on the workers, each as soon as those are done that it needs and a worker is free.

    Dask would divide all of them among the workers at once, and let some of these wait for work while others queue.

    Args:
        client: connected to the cluster, whose workers have the plugin.
        tasks: what a task needs stands before it.

    Yields:
        How each task ended, in the order in which they end.

    Raises:
        UserError: the scheduler is lost, or no worker has the memory for a task.
    """
    _check_memory(client, tasks)
    left = _seconds_left(tasks)
    # The longest chain first.
    waiting = {task.name: task for task in sorted(tasks, key=lambda task: -left[task.name])}
    ended: dict[str, Outcome] = {}
    running = _Running(client)
    try:
        while waiting or running.count:
            for outcome in _skipped(waiting, ended):
                del waiting[outcome.name]
                ended[outcome.name] = outcome
                yield outcome
            ready = [task for task in waiting.values() if all(name in ended for name in task.needs)]
            for task in ready[:running.free]:
                running.submit(waiting.pop(task.name))
            for outcome in running.ended():
                ended[outcome.name] = outcome
                yield outcome
    finally:
        running.cancel()


class _Running:
    """The tasks that were sent to the workers."""

    def __init__(self, client: "Client") -> None:
        self._client, self._tasks, self._ended = client, {}, SimpleQueue()
        self._run, self._gpu = uuid.uuid4().hex[:8], _has_gpu(client)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._tasks)

    @property
    def free(self) -> int:
        """How many more the workers can take, those included that have joined."""
        return max(0, len(self._client.scheduler_info(n_workers=-1)["workers"]) - self.count)

    def submit(self, task: Task) -> None:
        """Send a task."""
        from auxiliary.cluster.plugin import run_task

        resources = {TURN: 1, MEMORY: task.memory} | ({GPU: 1} if self._gpu else {})
        future = self._client.submit(run_task, task, key=f"{task.name} ({self._run})", pure=False, resources=resources,
                                     retries=RETRIES)
        self._tasks[future] = task
        future.add_done_callback(self._ended.put)

    def ended(self) -> Iterator[Outcome]:
        """The outcomes of those that have ended, after waiting for one, but no longer than until new workers count."""
        with suppress(Empty):
            future = self._ended.get(timeout=INTERVAL)
            if future.cancelled():
                raise UserError(LOST)
            # A worker that is lost together with the outcome has it made again, which takes a look.
            yield _outcome(self._tasks.pop(future), future.exception() or future.result())

    def cancel(self) -> None:
        """Let nothing run on. With a lost scheduler there is nothing to cancel."""
        if self._client.status == "running":
            self._client.cancel(list(self._tasks), force=True)


def _skipped(waiting: Mapping[str, Task], ended: Mapping[str, Outcome]) -> list[Outcome]:
    """The outcomes of tasks that need one that has failed, diverged, or was skipped; parents stand before children."""
    skipped: dict[str, Outcome] = {}
    for task in waiting.values():
        needed = [outcome for name in task.needs if (outcome := ended.get(name) or skipped.get(name))]
        if bad := next((outcome for outcome in needed if outcome.status != "done"), None):
            how = {"failed": "has failed", "skipped": "is left out", "diverged": f"diverged {bad.reason}"}[bad.status]
            skipped[task.name] = Outcome(task.name, "skipped", f"{bad.name}, which it needs, {how}")
    return list(skipped.values())


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
