"""Reads the progress and the messages that other processes append to a file, see `auxiliary.core.progress`."""

import json
from collections.abc import Iterator
from pathlib import Path

from auxiliary.core.progress import MESSAGE
from auxiliary.core.task import State


class ProgressReader:
    """What `ProgressFile` appends, as it comes.

    Args:
        path: the file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0    # bytes

    def new(self) -> Iterator[State | str]:
        """The states and messages that were appended since the last call, in order."""
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as file:
            file.seek(self._read)
            text = file.read()
        # The last line may be half written: it is read the next time.
        whole = text[:text.rfind("\n") + 1]
        self._read += len(whole.encode())
        for line in whole.splitlines():
            record = json.loads(line)
            yield record[MESSAGE] if MESSAGE in record else State(**record)
