"""Preparing on a cluster: a pool for `auxiliary.core.parallel` whose processes are those of the workers."""

import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from auxiliary.cluster.running import LOST
from auxiliary.core.errors import UserError
from auxiliary.core.worker import WorkerKilled

if TYPE_CHECKING:
    from distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")
# Batches per worker that are sent before the results of the first are used.
AHEAD = 3


class ClusterPool:
    """Sends batches to the workers of a cluster, which have the plugin."""

    # Half a second of work of a core, and a quarter of a megabyte to send. A worker does not notice at once that nobody
    # waits.
    size, outlives = 512, True

    def __init__(self, client: "Client") -> None:
        self._client = client

    def map(self, work: Callable[[Sequence[Item]], list[Result]],
            batches: Sequence[Sequence[Item]]) -> Iterator[list[Result]]:
        """The result of every batch, in order.

        Args:
            work: a function of a module, or a `functools.partial` of one, that takes a batch and returns one result
                per item.
            batches: what to process.

        Raises:
            UserError: one that `work` raises, or the scheduler is lost.
            WorkerKilled: several workers died while they processed a batch.
        """
        from auxiliary.cluster.plugin import run_batch

        run, begun = uuid.uuid4().hex[:8], deque()
        try:
            for number, batch in enumerate(batches):
                begun.append(self._client.submit(run_batch, work, batch, key=f"batch {number} ({run})", pure=False))
                if len(begun) > AHEAD * max(1, len(self._client.nthreads())):
                    yield self._result(begun)
            while begun:
                yield self._result(begun)
        finally:
            if self._client.status == "running":
                self._client.cancel(list(begun), force=True)

    @staticmethod
    def _result(begun: deque) -> list:
        from distributed.scheduler import KilledWorker

        future = begun.popleft()
        error = future.exception() if not future.cancelled() else None
        if future.cancelled():
            raise UserError(LOST)
        if isinstance(error, KilledWorker):
            raise WorkerKilled from error
        return future.result()
