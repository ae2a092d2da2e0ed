"""What unpacking a bad archive must come to."""

import tracemalloc
from pathlib import Path

import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.archives.archive import unpack


def refusal(path: Path, memory: int) -> str:
    """The error for an archive, alone in its folder; checks that it takes fewer bytes of memory and leaves nothing."""
    tracemalloc.start()
    try:
        with pytest.raises(UserError) as caught:
            unpack(path, path.parent / "out")
        assert tracemalloc.get_traced_memory()[1] < memory
    finally:
        tracemalloc.stop()
    assert list(path.parent.iterdir()) == [path]
    return str(caught.value)
