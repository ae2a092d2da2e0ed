"""How far along a long piece of work is, wherever its user looks.

A notebook and a terminal get a bar, a log file plain lines now and then. Under `python -m auxiliary run` the notebooks
run in kernels of their own, so progress goes, a JSON object a line, into the file that `PROGRESS_FILE` names, and the
command shows it.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from rich.console import Console

from auxiliary.piece import State
from auxiliary.views import Log, Notebook, Terminal, View

PROGRESS_FILE = "AUXILIARY_PROGRESS"
Item = TypeVar("Item")


class Progress:
    """A piece of work of `total` steps; use as a context manager.

    Args:
        label: what is being done, such as `"normalise"` or `"row 2 of 5: conv4"`.
        total: number of steps.
        unit: what a step is, in the singular, such as `"picture"`.
        start: steps that are already done.
    """

    def __init__(self, label: str, total: int, unit: str = "step", start: int = 0) -> None:
        self._state = State(label, start, total, unit, event="begin")
        self._view = _view()

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count `steps` more as done; `note` is shown from now on, such as the last accuracy."""
        self._show(replace(self._state, done=self._state.done + steps, note=note or self._state.note, event="step"))

    def _show(self, state: State) -> None:
        self._state = state
        self._view.show(state)

    def __enter__(self) -> "Progress":
        self._show(self._state)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._show(replace(self._state, event="end"))
        self._view.close()


class ProgressFile:
    """A line of JSON a state, for another process to show.

    Args:
        path: the file to append to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def show(self, state: State) -> None:
        """Append a state."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(state)) + "\n")

    def close(self) -> None:
        """Nothing is left to do."""


def track(items: Iterable[Item], label: str, total: int, unit: str = "step") -> Iterator[Item]:
    """Yield `items` one by one under a bar of `total` steps."""
    with Progress(label, total, unit) as progress:
        for item in items:
            yield item
            progress.advance()


def _view() -> View:
    if file := os.environ.get(PROGRESS_FILE):
        return ProgressFile(Path(file))
    if "ipykernel" in sys.modules:
        return Notebook()
    terminal = Console(stderr=True)
    return Terminal(terminal) if terminal.is_interactive else Log(_to_stderr)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
