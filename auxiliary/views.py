"""Where the user of long work looks: a terminal, a notebook, or a log file.

A view is shown the states of one piece of work after another: each begins, goes on, and is over.
"""

import sys
from collections.abc import Callable
from typing import Protocol

from rich.cells import cell_len
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from tqdm.auto import tqdm

from auxiliary.piece import Piece, State

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
