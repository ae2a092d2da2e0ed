"""Shows how far notebooks in kernels of their own have come."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from auxiliary.piece import State
from auxiliary.views import Log, Terminal, View


class Watch:
    """The notebook that runs, and the work inside it: drawn into a terminal, else in plain lines now and then.

    Args:
        console: where to show it.
        file: where the kernels' `auxiliary.progress` writes.
        notebooks: how many notebooks will run.
    """

    def __init__(self, console: Console, file: Path, notebooks: int) -> None:
        self._console, self._file, self._notebooks = console, file, notebooks
        self._terminal = Terminal(console) if console.is_interactive else None
        self._view: View = self._terminal or Log(lambda line: self._print(f"  {line}"))
        self._begun = 0
        self._read = 0

    def begin(self, name: str) -> None:
        """A notebook starts."""
        self._begun += 1
        if self._terminal:
            self._terminal.head(f"{name} (notebook {self._begun} of {self._notebooks})")
        else:
            self._print(name)

    @contextmanager
    def shown(self) -> Iterator["Watch"]:
        """Show it until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._follow, args=(stop,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.set()
            thread.join()
            self._update()
            self._view.close()

    def _follow(self, stop: threading.Event) -> None:
        while not stop.wait(0.2):
            self._update()

    def _update(self) -> None:
        if not self._file.exists():
            return
        with self._file.open(encoding="utf-8") as file:
            file.seek(self._read)
            lines = file.read()
        # A line that is being written has no end yet: it is read the next time.
        whole = lines[:lines.rfind("\n") + 1]
        self._read += len(whole.encode())
        for line in whole.splitlines():
            self._view.show(State(**json.loads(line)))

    def _print(self, line: str) -> None:
        # Long lines stay lines: nobody folds a log file.
        self._console.print(line, highlight=False, markup=False, emoji=False, soft_wrap=True)
