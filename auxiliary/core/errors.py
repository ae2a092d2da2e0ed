"""Errors whose message is meant for the user."""

import difflib
import re
from collections.abc import Iterable

from auxiliary.core.text import printable

# The command that makes processed images and tables anew, and the way out where they are no longer as they were.
PREPARE = "python -m auxiliary run PROFILE --only 01"
PREPARE_AGAIN = f"run notebook 01 again ({PREPARE})"

EMPTY = "it is empty: give it a value, or leave it out"


class UserError(Exception):
    """A mistake that the user can correct; the message names the thing and the way out.

    The command prints the message without a traceback and exits with status 1. A notebook's cell shows it in one line.
    """

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines in place of a traceback.
        return [printable(f"error: {self}")]


class NotTrained(UserError):
    """An experiment cannot be trained, and others can: `train_all` goes on with them."""


class Diverged(NotTrained):
    """A network is asked for that there is not, because its training diverged."""


class OutOfMemory(NotTrained):
    """An experiment takes more memory of the GPU than there is."""


def quoted_error(message: str) -> UserError | None:
    """The `UserError` that another library quotes in a message of its own, as TensorFlow does; None without one."""
    found = re.search(rf"{UserError.__name__}: (.+)", message)
    return UserError(found[1]) if found else None


class Interrupted(KeyboardInterrupt):
    """Ctrl-C or a notebook's stop button; the message says how to go on, and a cell shows it in one line."""

    def _render_traceback_(self) -> list[str]:
        return [printable(str(self))]


class ImageError(Exception):
    """A file that cannot be used as an image; the message is the reason on one short line."""


def unknown(what: str, name: object, valid: Iterable[str]) -> UserError:
    """An error for a name that does not exist; it suggests the most similar one.

    Args:
        what: the kind of thing, such as `"operation"`.
        name: the unknown name.
        valid: the names that exist.

    Returns:
        A `UserError` to raise, such as `unknown operation 'covn': did you mean 'conv'? (valid: conv, pool)`.
    """
    valid = sorted(valid)
    similar = difflib.get_close_matches(str(name), valid, n=1, cutoff=0.5)
    hint = f": did you mean {similar[0]!r}?" if similar else ""
    return UserError(f"unknown {what} {str(name)!r}{hint} (valid: {', '.join(valid) or 'none'})")
