"""Work on many files over all cores, in batches, under a progress bar."""

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
        work: a module's function, or a `functools.partial` of one, that takes a batch and returns a result an
            item. Its module is imported by every worker, so it should import little.
        items: what to work on.
        label: what the progress bar says.
        size: items a batch. A single batch is done in this process, without starting workers.
        workers: number of processes; None for one a core.

    Raises:
        UserError: a worker process was killed.
    """
    batches = [items[start:start + size] for start in range(0, len(items), size)]
    workers = max(1, min(workers or joblib.cpu_count(), len(batches)))
    parallel = joblib.Parallel(n_jobs=workers, return_as="generator")
    with _unheeding():
        results = parallel(joblib.delayed(work)(batch) for batch in batches)
    with Progress(label, len(items), "file") as progress:
        try:
            for batch in results:
                progress.advance(len(batch))
                yield from batch
        except BrokenProcessPool as error:
            raise UserError(f"{label}: a worker process was killed, most likely for want of memory; "
                            "what was finished is kept: close other programs and run it again") from error


@contextmanager
def _unheeding() -> Iterator[None]:
    """Processes started meanwhile pay no heed to Ctrl-C, which would end them in tracebacks: this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
