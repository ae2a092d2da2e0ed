"""Shows, in a terminal, how far notebooks in kernels of their own have come."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn


class Watch:
    """Two bars: the notebooks, and the work inside the one that runs.

    Where the output is no terminal, a plain line is printed whenever something new begins.

    Args:
        console: where to draw.
        file: where the kernels' `auxiliary.progress` writes.
        notebooks: how many notebooks will run.
    """

    def __init__(self, console: Console, file: Path, notebooks: int) -> None:
        self._console, self._file = console, file
        self._bars = Progress("{task.description}", BarColumn(), MofNCompleteColumn(), "{task.fields[unit]}",
                              TimeRemainingColumn(), "{task.fields[note]}",
                              console=console, transient=True, disable=not console.is_terminal)
        self._outer = self._bars.add_task("notebooks", total=notebooks, unit="notebooks", note="")
        self._inner = self._bars.add_task("", total=None, unit="", note="", visible=False)
        self._label = ""
        self._read = 0

    def begin(self, name: str) -> None:
        """A notebook starts."""
        self._say(name)
        self._bars.update(self._outer, note=name)

    def end(self) -> None:
        """A notebook is done."""
        self._bars.update(self._outer, advance=1, note="")
        self._bars.update(self._inner, visible=False)

    @contextmanager
    def shown(self) -> Iterator["Watch"]:
        """Draw until the block ends."""
        stop = threading.Event()
        thread = threading.Thread(target=self._follow, args=(stop,), daemon=True)
        with self._bars:
            thread.start()
            try:
                yield self
            finally:
                stop.set()
                thread.join()

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
        if whole:
            self._show(json.loads(whole.splitlines()[-1]))

    def _show(self, state: dict) -> None:
        if state["label"] != self._label:
            self._label = state["label"]
            self._say(f"  {self._label}")
            # The time left is that of this piece of work, not of the one before.
            self._bars.reset(self._inner)
        self._bars.update(self._inner, description=state["label"], completed=state["done"], total=state["total"],
                          unit=f"{state['unit']}s", note=state["note"], visible=True)

    def _say(self, text: str) -> None:
        if not self._console.is_terminal:
            self._console.print(text, highlight=False, markup=False)
