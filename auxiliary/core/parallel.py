"""Batches of files processed by several processes, with a progress bar."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

import joblib

from auxiliary.core.errors import UserError
from auxiliary.core.progress import Progress

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_batches(work: Callable[[Sequence[Item]], list[Result]], items: Sequence[Item], label: str,
               size: int = 32, workers: int | None = None) -> Iterator[Result]:
    """Yield the result of every item, in order.

    Args:
        work: a function of a module, or a `functools.partial` of one, that takes a batch and returns one result per
            item. Every worker imports its module, which should therefore import little.
        items: what to process.
        label: label of the progress bar.
        size: items per batch. A single batch is processed here, without starting workers.
        workers: number of processes; None for one per core.

    Raises:
        UserError: a worker process was killed.
    """
    batches = [items[start:start + size] for start in range(0, len(items), size)]
    workers = max(1, min(workers or joblib.cpu_count(), len(batches)))
    parallel = joblib.Parallel(n_jobs=workers, return_as="generator")
    with _ctrl_c_blocked():
        results = parallel(joblib.delayed(work)(batch) for batch in batches)
    with Progress(label, len(items), "file") as progress:
        try:
            for batch in results:
                progress.advance(len(batch))
                yield from batch
        except BrokenProcessPool as error:
            raise UserError(f"{label}: a worker process was killed, probably because memory ran out: close other "
                            "programs and run it again (finished files are not processed again)") from error


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    """Processes started in the block ignore Ctrl-C, so that they print no tracebacks; this process ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
