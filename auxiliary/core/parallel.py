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
AHEAD = 4
KEPT = "finished files are not processed again"


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
        ahead: batches per process that are begun before the results of the first are used. Their results are in memory
            together, so large ones, such as pixels, want few.
    """

    size, outlives = 1, False

    def __init__(self, count: int | None = None, ahead: int = AHEAD) -> None:
        self._count, self._ahead = count, ahead

    def map(self, work: Callable[[Sequence[Item]], list[Result]],
            batches: Sequence[Sequence[Item]]) -> Iterator[list[Result]]:
        """As in `Pool`. A single batch is processed here, without starting workers."""
        # Of joblib, because it knows the limits of containers.
        count = min(self._count or joblib.cpu_count(), len(batches))
        return map(work, batches) if count <= 1 else _in_workers(work, batches, count, count * self._ahead)


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
    yield from worked_batches(work, [items[start:start + size] for start in range(0, len(items), size)], label, pool)


def worked_batches(work: Callable[[Sequence[Item]], list[Result]], batches: Sequence[Sequence[Item]], label: str,
                   pool: Pool, unit: str = "file", again: str = KEPT) -> Iterator[list[Result]]:
    """Yield the results of every batch, in order; for batches that must stay as they are.

    Args:
        work: as in `finished_batches`.
        batches: the items of each batch.
        label: label of the progress bar.
        pool: what processes the batches.
        unit: the name of an item in the singular.
        again: what becomes of finished items when the command is given again, for the message.

    Raises:
        UserError: a worker process was killed.
    """
    with Progress(label, sum(map(len, batches)), unit) as progress:
        try:
            for batch in pool.map(work, batches):
                progress.advance(len(batch))
                yield batch
        except WorkerKilled as error:
            raise UserError(f"{label}: a worker process was killed, probably because memory ran out: close other "
                            f"programs and run it again ({again})") from error


def _in_workers(work: Callable[[Sequence[Item]], list[Result]], batches: Sequence[Sequence[Item]],
                count: int, most: int) -> Iterator[list[Result]]:
    """The result of every batch, in order, with so many begun at most; a thread waits for each worker."""
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
            if len(begun) > most:
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
