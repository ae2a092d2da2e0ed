"""Progress of a long task, and messages about it, shown wherever its user is: in a terminal, a notebook or a log file.

`python -m auxiliary run` executes notebooks in kernels, which are other processes. There progress is appended as JSON,
one line per state or message, to the file that the environment variable `PROGRESS_FILE` names, and the command displays
it.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Self, TypeVar

from auxiliary.core.console import PlainConsole
from auxiliary.core.displays import Display, Log, Notebook, Terminal
from auxiliary.core.task import State
from auxiliary.core.text import one_line

PROGRESS_FILE = "AUXILIARY_PROGRESS"
# Name of a message in the file; every other line is a `State`.
MESSAGE = "message"
Item = TypeVar("Item")


class Progress:
    """The progress of a task of `total` steps; use it as a context manager.

    Args:
        label: the task's name, such as `"preprocess images"` or `"experiment 2 of 5: conv4"`.
        total: number of steps; 0 if it is not known.
        unit: the name of a step in the singular, such as `"image"`.
        start: number of steps that are already done.

    Example:
        `with Progress("fit", total=5, unit="epoch") as progress: progress.advance(note="accuracy 0.91")`
    """

    def __init__(self, label: str, total: int, unit: str = "step", start: int = 0) -> None:
        self._state = State(label, start, total, unit, event="begin")
        self._display = _display()

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count `steps` more as done; `note` is shown from now on, such as the last accuracy."""
        self._show(done=self._state.done + steps, note=note or self._state.note, event="step")

    def _show(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)
        self._display.show(self._state)

    def __enter__(self) -> Self:
        self._show()
        return self

    def __exit__(self, *_: object) -> None:
        self._show(event="end")


class ProgressFile:
    """A file that another process reads and displays."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def show(self, state: State) -> None:
        """Append a state as one line of JSON."""
        self._append(asdict(state))

    def write(self, message: str) -> None:
        """Append a message as one line of JSON."""
        self._append({MESSAGE: message})

    def _append(self, record: Mapping[str, object]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")


def track(items: Iterable[Item], label: str, total: int, unit: str = "step") -> Iterator[Item]:
    """Yield `items` one by one and show how many are done; the arguments are those of `Progress`."""
    with Progress(label, total, unit) as progress:
        for item in items:
            yield item
            progress.advance()


def notify(text: str) -> None:
    """Print a sentence for whoever waits; in a notebook that the command executes, the command shows it as well.

    Without this, what a notebook prints is read only when the notebook is opened.

    Args:
        text: one line; control characters, such as a file's name may hold, are escaped.
    """
    text = one_line(text)
    print(text, flush=True)
    if file := os.environ.get(PROGRESS_FILE):
        ProgressFile(Path(file)).write(text)


def _display() -> Display:
    if file := os.environ.get(PROGRESS_FILE):
        return ProgressFile(Path(file))
    if _in_kernel():
        return Notebook()
    terminal = PlainConsole(stderr=True)
    return Terminal(terminal) if terminal.is_interactive else Log(_to_stderr)


def _in_kernel() -> bool:
    """Whether this process is a notebook's kernel; other processes may import ipykernel too."""
    module = sys.modules.get("ipykernel.kernelapp")
    return module is not None and module.IPKernelApp.initialized()


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
