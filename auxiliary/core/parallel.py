"""Batches of files processed by several processes, with a progress bar."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeVar

import joblib

from auxiliary.core.errors import UserError
from auxiliary.core.progress import Progress
from auxiliary.core.worker import Worker, WorkerKilled, ctrl_c_blocked

Item = TypeVar("Item")
Result = TypeVar("Result")
AHEAD = 4    # batches per worker that are begun before the results of the first are used


def in_batches(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], label: str,
               size: int = 32, workers: int | None = None) -> Iterator[Result]:
    """Yield the result of every item, in order.

    Args:
        work: a function of a module, or a `functools.partial` of one, that takes a batch and returns one result per
            item. Every worker imports its module, which should therefore import little.
        items: what to process.
        label: label of the progress bar.
        size: items per batch. A single batch is processed here, without starting workers.
        workers: number of processes; None for one per core. They end with the last result, or with this process.

    Raises:
        UserError: a worker process was killed.
    """
    batches = [items[start:start + size] for start in range(0, len(items), size)]
    # Of joblib, because it knows the limits of containers.
    workers = min(workers or joblib.cpu_count(), len(batches))
    results = map(work, batches) if workers <= 1 else _in_workers(work, batches, workers)
    with Progress(label, len(items), "file") as progress:
        try:
            for batch in results:
                progress.advance(len(batch))
                yield from batch
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
