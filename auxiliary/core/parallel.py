"""Batches of files processed by several processes, with a progress bar."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Protocol, TypeVar

import joblib

from auxiliary.core.errors import UserError
from auxiliary.core.progress import Progress
from auxiliary.core.worker import Worker, WorkerKilled, ctrl_c_blocked

Item = TypeVar("Item")
Result = TypeVar("Result")
AHEAD = 4    # batches per worker that are begun before the results of the first are used


class Pool(Protocol):
    """Processes that work on batches, here or on other machines that see the same files.

    Attributes:
        size: fewest items that are worth a batch.
        outlives: whether they may go on for a while once this process was killed.
    """

    size: int
    outlives: bool

    def map(self, work: Callable[[Sequence[Item]], list[Result]],
            batches: Sequence[Sequence[Item]]) -> Iterator[list[Result]]:
        """Yield the results of every batch, in order; some batches are begun before they are asked for.

        Batches that are left when the iterator is closed are given up.

        Args:
            work: a function of a module, or a `functools.partial` of one.
            batches: its arguments.

        Raises:
            WorkerKilled: a process was killed.
            Exception: what `work` raises.
        """


class Processes:
    """Processes of this machine. They end with the last result, or with this process.

    Args:
        count: how many there are; None for one per core.
    """

    size, outlives = 1, False

    def __init__(self, count: int | None = None) -> None:
        self._count = count

    def map(self, work: Callable[[Sequence[Item]], list[Result]],
            batches: Sequence[Sequence[Item]]) -> Iterator[list[Result]]:
        """As in `Pool`. A single batch is processed here, without starting workers."""
        # Of joblib, because it knows the limits of containers.
        count = min(self._count or joblib.cpu_count(), len(batches))
        return map(work, batches) if count <= 1 else _in_workers(work, batches, count)


def in_batches(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], label: str,
               size: int = 32, pool: Pool | None = None) -> Iterator[Result]:
    """Yield the result of every item, in order; arguments as in `finished_batches`."""
    for batch in finished_batches(work, items, label, size, pool):
        yield from batch


def finished_batches(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], label: str,
                     size: int = 32, pool: Pool | None = None) -> Iterator[list[Result]]:
    """Yield the results of some items, in order, as many at a time as are finished together.

    Args:
        work: a function of a module, or a `functools.partial` of one, that takes a batch and returns one result per
            item. Every worker imports its module, which should therefore import little.
        items: what to process.
        label: label of the progress bar.
        size: items per batch, unless the pool wants more.
        pool: what processes the batches; None for one process per core of this machine.

    Raises:
        UserError: a worker process was killed.
    """
    pool = pool or Processes()
    size = max(size, pool.size)
    batches = [items[start:start + size] for start in range(0, len(items), size)]
    with Progress(label, len(items), "file") as progress:
        try:
            for batch in pool.map(work, batches):
                progress.advance(len(batch))
                yield batch
        except WorkerKilled as error:
            raise UserError(f"{label}: a worker process was killed, probably because memory ran out: close other "
                            "programs and run it again (finished files are not processed again)") from error


def _in_workers(work: Callable[[Sequence[Item]], list[Result]], batches: Sequence[Sequence[Item]],
                count: int) -> Iterator[list[Result]]:
    """The result of every batch, in order; a thread waits for each worker."""
    idle: SimpleQueue[Worker] = SimpleQueue()

    def process(batch: Sequence[Item]) -> list[Result]:
        worker = idle.get()
        try:
            return worker.call(work, batch)
        finally:
            idle.put(worker)

    with _pool(count) as (workers, threads):
        for worker in workers:
            idle.put(worker)
        begun: deque[Future[list[Result]]] = deque()
        for batch in batches:
            begun.append(threads.submit(process, batch))
            if len(begun) > AHEAD * count:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


@contextmanager
def _pool(count: int) -> Iterator[tuple[list[Worker], ThreadPoolExecutor]]:
    """Workers and as many threads; at the end of the block all work that is left is given up."""
    with ctrl_c_blocked():
        workers = [Worker() for _ in range(count)]
    threads = ThreadPoolExecutor(count)
    try:
        yield workers, threads
    finally:
        for worker in workers:
            worker.kill()
        threads.shutdown(cancel_futures=True)
        for worker in workers:
            worker.close()
