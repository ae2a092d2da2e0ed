"""Environment variables that hold for a block, also for processes that are started there, and numbers in them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from auxiliary.core.errors import UserError


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


def stated_number(variable: str, most: int) -> int | None:
    """The number from 1 to `most` that a variable states; None where there is none, `UserError` for another text."""
    text = os.environ.get(variable, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise UserError(f"the environment variable {variable} is {text!r}: it must be a number from 1 to {most:,}")
    return int(text)
