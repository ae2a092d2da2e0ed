"""Shows the progress and the messages of notebooks, which their kernels append to a file."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.console import PlainConsole
from auxiliary.core.displays import Display, Log, Terminal
from auxiliary.core.progress_reader import ProgressReader

# Seconds between two readings of the file.
INTERVAL = 0.2


class KernelProgress:
    """The running notebook and the task inside it: drawn into a terminal, or printed as plain lines now and then.

    Args:
        console: where to show it.
        file: the file that `auxiliary.core.progress` appends to in the kernels; it need not exist yet.
        notebooks: how many notebooks will run.
    """

    def __init__(self, console: PlainConsole, file: Path, notebooks: int) -> None:
        self._console, self._reader, self._notebooks = console, ProgressReader(file), notebooks
        self._terminal = Terminal(console) if console.is_interactive else None
        self._display: Display = self._terminal or Log(lambda line: self._print(f"  {line}"))
        self._begun = 0

    def begin(self, name: str) -> None:
        """Name the notebook that begins."""
        self._begun += 1
        if self._terminal:
            self._terminal.head(f"{name} (notebook {self._begun} of {self._notebooks})")
        else:
            self._print(name)

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show progress until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._follow, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
            self._update()
            if self._terminal:
                self._terminal.stop()

    def _follow(self, stop: threading.Event) -> None:
        while not stop.wait(INTERVAL):
            self._update()

    def _update(self) -> None:
        for new in self._reader.new():
            if isinstance(new, str):
                self._print(f"  {new}")
            else:
                self._display.show(new)

    def _print(self, line: str) -> None:
        # Above the bar, if there is one. A log file's lines are not folded.
        self._console.print(line, soft_wrap=True)
