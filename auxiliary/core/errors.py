"""Errors that are shown to a user as one sentence."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake that its user can mend; the message names the thing and the way out.

    The command prints the message alone, without a traceback, and exits non-zero. So does a notebook's cell.
    """

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines in place of a traceback.
        return [f"error: {self}"]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or a notebook's stop button; the message says how to go on, and a cell shows nothing else."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class ImageError(Exception):
    """A file that cannot be used as an image; the message is the reason, in one short line."""


def unknown(what: str, name: object, valid: Iterable[str]) -> UserError:
    """An error for a name that does not exist, with the nearest one that does.

    Args:
        what: what kind of thing was named, such as `"operation"`.
        name: the unknown name.
        valid: the names that exist.

    Returns:
        A `UserError` to raise, such as `unknown operation 'covn': did you mean 'conv'? (valid: conv, pool)`.
    """
    valid = sorted(valid)
    near = difflib.get_close_matches(str(name), valid, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return UserError(f"unknown {what} {str(name)!r}: {hint}(valid: {', '.join(valid) or 'none'})")
