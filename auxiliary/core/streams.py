"""Standard output and error as they come: closed, without a reader, or in an encoding that lacks characters.

Where nobody reads, the command ends in silence. A character that cannot be written is written as an escape.
"""

import io
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from auxiliary.core.escapes import ESCAPED

STANDARD = (0, 1, 2)
# Two threads at a time would each take the other's null device for standard error, and leave it there.
DISCARDING = threading.Lock()


def with_streams(main: Callable[[], None]) -> Callable[[], None]:
    """Let a program's main function run with any standard streams.

    It runs where they are closed, ends silently where a reader has gone, and prints characters that their encoding
    lacks as escapes.
    """
    @wraps(main)
    def guarded() -> None:
        _open_missing()
        _escape_unknown()
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


def _escape_unknown() -> None:
    """Write what an encoding such as ASCII lacks as an escape, such as `\\u732b`, where Python would stop."""
    for stream in (sys.stdout, sys.stderr):
        # Not so where a notebook or a test reads them.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ESCAPED)


def _reader_has_gone(number: int) -> bool:
    """Whether a stream is a pipe that nobody reads any more."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(number, 0)
    return any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


def _discard_output() -> None:
    """Send what is still buffered, and what is printed later, nowhere."""
    for number in STANDARD[1:]:
        if _reader_has_gone(number):
            discard(number)


def discard(number: int) -> None:
    """Discard what is written to a standard stream from now on, also below Python."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


@contextmanager
def stderr_discarded() -> Iterator[None]:
    """Throws away what libraries print on standard error in the block, also below Python; exceptions pass.

    It holds for the whole process, so blocks should be short. One thread at a time is in such a block.
    """
    with DISCARDING:
        sys.stderr.flush()
        kept = os.dup(2)
        try:
            discard(2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
