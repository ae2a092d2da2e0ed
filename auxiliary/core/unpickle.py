"""Pickles of other projects, read with a list of allowed names: a pickle can ask for any function to be called."""

import pickle
from collections.abc import Mapping
from typing import Any, BinaryIO


class NotAllowedError(pickle.UnpicklingError):
    """A pickle asks for a name that is not on the list."""


class AllowListUnpickler(pickle.Unpickler):
    """An unpickler that refuses every global name that is not on its list.

    Args:
        file: the pickle, at its beginning.
        allowed: the object for each allowed (module, name). Nothing is imported.

    Raises:
        NotAllowedError: from `load`, with the name that is not on the list.
    """

    def __init__(self, file: BinaryIO, allowed: Mapping[tuple[str, str], object]) -> None:
        super().__init__(file)
        self._allowed = allowed

    def find_class(self, module: str, name: str) -> Any:
        """The object for a global name of the pickle."""
        if (module, name) not in self._allowed:
            raise NotAllowedError(f"it asks for '{module}.{name}', which is not allowed here; nothing was run")
        return self._allowed[module, name]
