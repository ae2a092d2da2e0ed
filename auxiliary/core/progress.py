"""How far along a long piece of work is, wherever its user looks.

A notebook and a terminal get a bar, a log file plain lines now and then. Under `python -m auxiliary run` the notebooks
run in kernels of their own, so progress goes, a JSON object a line, into the file that `PROGRESS_FILE` names, and the
command shows it.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Literal, Protocol, TypeVar

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from tqdm.auto import tqdm

from auxiliary.core.text import duration


@dataclass(frozen=True)
class State:
    """How far a piece of work is at some moment.

    Attributes:
        label: what is being done, such as `"row 2 of 5: conv4"`.
        done: steps that are done.
        total: number of steps; 0 where there are none, or nobody knows how many.
        unit: what a step is, in the singular, such as `"epoch"`.
        note: what else there is to say, such as the last accuracy.
        event: whether the piece begins, goes on, or is over, finished or not.
    """

    label: str
    done: int
    total: int
    unit: str
    note: str = ""
    event: Literal["begin", "step", "end"] = "step"


class Piece:
    """A piece of work that began just now.

    Its pace is that of the steps since then: what an earlier run had done before it was broken off does not count.

    Args:
        state: how far it is.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._first = state.done
        self._began = self._stepped = monotonic()

    def go_on(self, state: State) -> None:
        """Take note of a later state."""
        if state.done > self.state.done:
            self._stepped = monotonic()
        self.state = state

    @property
    def seconds(self) -> float:
        """How long it has taken."""
        return monotonic() - self._began

    @property
    def left(self) -> float | None:
        """Seconds that it will still take, at its pace so far; None where there is nothing to tell that by."""
        steps = self.state.done - self._first
        if steps <= 0 or not self.state.total:
            return None
        whole = (self._stepped - self._began) / steps * (self.state.total - self._first)
        return max(0.0, whole - self.seconds)

    def __str__(self) -> str:
        """Such as `5 of 12 epochs, about 40 s left, validation accuracy 0.912`."""
        state, left = self.state, self.left
        total = f" of {state.total:,}" if state.total else ""
        units = state.unit if (state.total or state.done) == 1 else f"{state.unit}s"
        took = f" in {duration(self.seconds)}" if state.event == "end" else ""
        time = f"about {duration(left)} left" if left is not None and state.event != "end" else ""
        return ", ".join(filter(None, [f"{state.done:,}{total} {units}{took}", time, state.note]))


# Seconds between two lines about a piece of work in a log file, at least.
PAUSE = 30
LONGEST_BAR = 40


class View(Protocol):
    """Shows how far long work is."""

    def show(self, state: State) -> None:
        """Show a state; one that begins makes a new piece of work."""

    def close(self) -> None:
        """Show nothing any more."""


class Log:
    """Plain lines, without control codes: one when a piece begins, then one every 30 seconds at most.

    A piece that took longer has one at its end as well.

    Args:
        write: writes a line.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._piece: Piece | None = None
        self._said = 0.0

    def show(self, state: State) -> None:
        """Write a line if one is due."""
        if state.event == "begin" or self._piece is None:
            self._begin(state)
            return
        self._piece.go_on(state)
        # The last step is said at the end, which comes behind it.
        since = 0.0 if state.event == "end" else self._said
        if self._piece.seconds - since >= PAUSE and (state.event == "end" or state.done != state.total):
            self._write(f"{state.label}: {self._piece}")
            self._said = self._piece.seconds

    def close(self) -> None:
        """Nothing is left to do."""

    def _begin(self, state: State) -> None:
        before = self._piece.state.label if self._piece else None
        self._piece, self._said = Piece(state), 0.0
        # Parts of a piece may come one by one under the same label, and what has no steps is no work.
        if state.total and state.label != before:
            self._write(f"{state.label}: {self._piece}" if state.done else state.label)


class Terminal:
    """Lines at the bottom of a terminal: a heading, what runs, and a bar with how far it is.

    Args:
        console: the terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._heading = ""
        self._piece: Piece | None = None
        # What goes into a file or another program is not drawn into the terminal.
        self._live = Live(console=console, transient=True, get_renderable=self._drawn,
                          redirect_stdout=sys.stdout.isatty(), redirect_stderr=sys.stderr.isatty())

    def head(self, text: str) -> None:
        """Show a heading from now on."""
        self._heading = text
        self._live.start()

    def show(self, state: State) -> None:
        """Draw a state from now on."""
        if state.event == "begin" or self._piece is None:
            self._piece = Piece(state)
        self._piece.go_on(state)
        if state.event == "end":
            self._piece = None
        self._live.start()

    def close(self) -> None:
        """Remove the lines."""
        self._live.stop()

    def _drawn(self) -> Group:
        lines = [_line(self._heading)] if self._heading else []
        if piece := self._piece:
            lines += [_line(piece.state.label), self._bar(piece)]
        return Group(*lines)

    def _bar(self, piece: Piece) -> Table:
        words = str(piece)
        width = max(1, min(LONGEST_BAR, self._console.width - cell_len(words) - 1))
        bar = ProgressBar(piece.state.total or None, piece.state.done, width=width)
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_row(bar, _line(words))
        return line


class Notebook:
    """A bar of widgets below a notebook's cell."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def show(self, state: State) -> None:
        """Draw a state."""
        if self._bar is None:
            self._bar = tqdm(desc=state.label, total=state.total, unit=f" {state.unit}", initial=state.done,
                             leave=False)
        if state.note:
            self._bar.set_postfix_str(state.note, refresh=False)
        self._bar.update(state.done - self._bar.n)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()


def _line(text: str) -> Text:
    return Text(text, no_wrap=True, overflow="ellipsis")


PROGRESS_FILE = "AUXILIARY_PROGRESS"
Item = TypeVar("Item")


class Progress:
    """A piece of work of `total` steps; use as a context manager.

    Args:
        label: what is being done, such as `"preprocess_images"` or `"row 2 of 5: conv4"`.
        total: number of steps.
        unit: what a step is, in the singular, such as `"image"`.
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
