"""Names of classes that look alike."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from auxiliary.core.progress import notify


def notify_alike(names: Iterable[str], what: str, remedy: str) -> None:
    """Print which names differ only in case, spaces, or how accents are stored (NFC, NFD).

    Args:
        names: of classes, each once.
        what: the kind of names in the plural, such as "folders".
        remedy: what to do if they are one class, such as "put their images into one folder".
    """
    alike = defaultdict(list)
    for name in sorted(names):
        alike[" ".join(normalize("NFC", name).casefold().split())].append(name)
    for group in alike.values():
        if len(group) > 1:
            notify(f"the {what} {' and '.join(_spelt_out(name, group) for name in group)} look alike, and each is a "
                   f"category of its own: if they are one, {remedy}")


def _spelt_out(name: str, names: Sequence[str]) -> str:
    """A name in quotes, with its characters where another of the names looks the same."""
    same = sum(normalize("NFC", name) == normalize("NFC", other) for other in names) > 1
    return f"{name!r} (stored as {name!a})" if same else repr(name)
