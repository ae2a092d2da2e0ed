"""The tasks that were sent to workers, and how they end."""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from auxiliary.cluster.task import Outcome, Task, Training
from auxiliary.core.errors import UserError
from auxiliary.core.worker import WorkerKilled

if TYPE_CHECKING:
    from distributed import Client, Future

# How often a task is tried again whose process was killed, while its worker lives; how many workers may die with one.
RETRIES, DEATHS = 2, 3
# Seconds between two looks at the workers, and that a worker may take to end.
INTERVAL, ENDING = 1, 60
LOST = ("the scheduler is lost: give the same command again when there is one. What is finished stays, and interrupted "
        "runs go on after their last whole epoch")


class Running:
    """The tasks that were sent to workers.

    Attributes:
        tasks: the task of each future, and the address of its worker.
    """

    def __init__(self, client: "Client") -> None:
        self._client, self._run, self._ended = client, uuid.uuid4().hex[:8], SimpleQueue()
        self._count = count()
        self._deaths: Counter[str] = Counter()
        # Since when, in seconds.
        self._cancelled: dict[Future, float] = {}
        self.tasks: dict[Future, tuple[Task, str]] = {}

    @property
    def busy(self) -> set[str]:
        """The addresses of their workers."""
        return {worker for _, worker in self.tasks.values()}

    def submit(self, task: Task, worker: str) -> None:
        """Send a task to a worker."""
        from auxiliary.cluster.plugin import run_task

        # No two are the same: one may be cancelled while the next is under way.
        key = f"{task.name} ({self._run}-{next(self._count)})"
        future = self._client.submit(run_task, task, key=key, pure=False, workers=[worker], retries=RETRIES)
        self.tasks[future] = task, worker
        future.add_done_callback(self._ended.put)

    def ended(self) -> Iterator[Outcome]:
        """The outcome of one that has ended, if one does within the interval."""
        with suppress(Empty):
            future = self._ended.get(timeout=INTERVAL)
            if future not in self.tasks:    # its worker is gone
                return
            if future.cancelled():
                if self._client.status != "running":
                    raise UserError(LOST)
                # Usually with its worker, which ends: `lost` will be told of it.
                self._cancelled[future] = time.monotonic()
                return
            task, _ = self.tasks.pop(future)
            yield _outcome(task, future.exception() or future.result())

    def cancelled(self) -> Iterator[Outcome]:
        """The outcomes of those that somebody else has cancelled: their workers are still there after a while."""
        for future, since in list(self._cancelled.items()):
            if future not in self.tasks:
                del self._cancelled[future]
            elif time.monotonic() - since > ENDING:
                task, _ = self.tasks.pop(future)
                yield Outcome(task.name, "failed", "it was cancelled by another client of the scheduler")

    def lost(self, worker: str, expected: bool) -> Iterator[Task | Outcome]:
        """The tasks of a worker that is gone, to be done again; too often, and it has failed."""
        for future, (task, of) in list(self.tasks.items()):
            if of != worker:
                continue
            del self.tasks[future]
            future.cancel(force=True)
            # One that has ended as it should may have reached the end of its time.
            self._deaths[task.name] += 1 if not expected else 0
            yield task if self._deaths[task.name] < DEATHS else Outcome(task.name, "failed", (
                f"{DEATHS:,} workers died while they did it, the last one at {worker}: its log says whether memory ran "
                "out, or its time did (--lifetime prevents that, see docs/cluster.md)"))

    def cancel(self) -> None:
        """Let nothing run on. With a lost scheduler there is nothing to cancel."""
        if self._client.status == "running":
            self._client.cancel(list(self.tasks), force=True)


def _outcome(task: Task, result: Any) -> Outcome:
    """The outcome of a task; what Dask raised for it, in place of a result, in words."""
    if isinstance(result, Outcome):
        return result
    if isinstance(result, WorkerKilled):
        what = "training" if isinstance(task.work, Training) else "computing"
        return Outcome(task.name, "failed", (
            f"the process that was {what} was killed {RETRIES + 1:,} times, probably because memory ran out: choose a "
            "smaller batch_size or image_size, or start workers with more memory"))
    return Outcome(task.name, "failed", f"{type(result).__name__}: {result}")
