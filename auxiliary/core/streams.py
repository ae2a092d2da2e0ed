"""Standard output and error that are closed, or whose reader has gone: the command ends in silence."""

import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

STANDARD = (0, 1, 2)
# Two threads at a time would each take the other's null device for standard error, and leave it there.
DISCARDING = threading.Lock()


def with_streams(main: Callable[[], None]) -> Callable[[], None]:
    """Let a program's main function run where standard streams are closed, and end silently where a reader has gone."""
    @wraps(main)
    def guarded() -> None:
        _open_missing()
        try:
            main()
        except BrokenPipeError:
            if not any(map(_reader_has_gone, STANDARD[1:])):
                raise
            _discard_output()
            # As Python and rich do.
            sys.exit(1)
        finally:
            if any(map(_reader_has_gone, STANDARD[1:])):
                _discard_output()

    return guarded


def _open_missing() -> None:
    """Open the null device for each closed stream, or files that are opened later would take its place."""
    for number in STANDARD:
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, so the one that is missing.
            os.open(os.devnull, os.O_RDWR)
    sys.stdin, sys.stdout, sys.stderr = (
        stream if stream is not None else os.fdopen(number, "w" if number else "r", encoding="utf-8")
        for number, stream in zip(STANDARD, (sys.stdin, sys.stdout, sys.stderr), strict=True))


def _reader_has_gone(number: int) -> bool:
    """Whether a stream is a pipe that nobody reads any more."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(number, 0)
    return any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


def _discard_output() -> None:
    """Send what is still buffered, and what is printed later, nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in STANDARD[1:]:
        if _reader_has_gone(number):
            os.dup2(nowhere, number)
    os.close(nowhere)


@contextmanager
def stderr_discarded() -> Iterator[None]:
    """Throws away what libraries written in C print on standard error in the block.

    It holds for the whole process, so blocks should be short. One thread at a time is in such a block.
    """
    with DISCARDING:
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
