"""Environment variables that hold for a block, also for processes that are started there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stated(variable: str, text: str) -> Iterator[None]:
    """Give a variable a text in the block, and then what it had before; an empty text changes nothing."""
    before = os.environ.get(variable)
    if text:
        os.environ[variable] = text
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(variable, None)
        else:
            os.environ[variable] = before
