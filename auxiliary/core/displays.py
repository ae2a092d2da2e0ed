"""Displays of a task's progress: a bar in a terminal, a bar in a notebook, lines in a log file."""

import sys
from collections.abc import Callable, Iterator
from typing import Protocol

import rich.progress
from rich.console import Console, RenderableType
from rich.progress import BarColumn, TextColumn
from rich.table import Column
from rich.text import Text
from tqdm import tqdm

from auxiliary.core.task import State, Task

# Seconds between two lines about a task in a log file, at least.
PAUSE = 30
# Characters.
LONGEST_BAR, NOTEBOOK_WIDTH = 40, 100


class Display(Protocol):
    """Shows the progress of one task after the other."""

    def show(self, state: State) -> None:
        """Show a state; one with the event `begin` begins a new task."""


class Log:
    """Plain lines without control codes: one when a task begins, then one every 30 seconds at most.

    A task that took longer has one at its end as well.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._task: Task | None = None
        self._written = 0.0    # when its last line was written, in seconds since it began

    def show(self, state: State) -> None:
        """Write a line if one is due."""
        if state.event == "begin" or self._task is None:
            self._begin(state)
            return
        self._task.update(state)
        # The last step gets no line of its own: the end follows at once.
        since = 0.0 if state.event == "end" else self._written
        if self._task.seconds - since >= PAUSE and (state.event == "end" or state.done != state.total):
            self._write(f"{state.label}: {self._task}")
            self._written = self._task.seconds

    def _begin(self, state: State) -> None:
        before = self._task.state.label if self._task else None
        self._task, self._written = Task(state), 0.0
        # Several tasks in a row may share a label, which one line is enough for; and without steps nothing is done.
        if state.total and state.label != before:
            self._write(f"{state.label}: {self._task}" if state.done else state.label)


class Terminal(rich.progress.Progress):
    """Lines at the bottom of a terminal: a heading, the task's label, and a bar with its state."""

    def __init__(self, console: Console) -> None:
        self._heading = ""    # first, because rich draws once in its constructor
        # Output that goes to a file or another program is not drawn into the terminal.
        super().__init__(BarColumn(bar_width=None, table_column=Column(max_width=LONGEST_BAR)),
                         TextColumn("{task.fields[task]}", markup=False,
                                    table_column=Column(no_wrap=True, overflow="ellipsis")),
                         console=console, transient=True,
                         redirect_stdout=sys.stdout.isatty(), redirect_stderr=sys.stderr.isatty())

    def head(self, text: str) -> None:
        """Show a heading until `stop`, between tasks too."""
        self._heading = text
        self.start()

    def show(self, state: State) -> None:
        """Draw a state."""
        if state.event == "begin" or not self.task_ids:
            self._remove_task()
            self.add_task(state.label, total=state.total or None, completed=state.done, task=Task(state))
        task, = self.tasks
        task.fields["task"].update(state)
        self.update(task.id, completed=state.done)
        self.start()
        if state.event == "end":
            self._remove_task()
            if not self._heading:
                self.stop()

    def get_renderables(self) -> Iterator[RenderableType]:
        """The lines to draw; rich calls this."""
        for line in (self._heading, *(task.description for task in self.tasks)):
            if line:
                yield Text(line, no_wrap=True, overflow="ellipsis")
        if self.tasks:
            yield self.make_tasks_table(self.tasks)

    def _remove_task(self) -> None:
        for task in self.task_ids:
            self.remove_task(task)


class Notebook:
    """A bar of characters below a notebook's cell: unlike a widget, a saved notebook can show it again."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def show(self, state: State) -> None:
        """Draw a state."""
        if self._bar is None:
            self._bar = tqdm(desc=state.label, total=state.total or None, unit=f" {state.unit}", initial=state.done,
                             file=_Output(), ncols=NOTEBOOK_WIDTH)
        if state.note:
            self._bar.set_postfix_str(state.note, refresh=False)
        self._bar.update(state.done - self._bar.n)
        if state.event == "end":
            self._bar.close()


class _Output:
    """The output of a notebook's cell as a file of one line: a new line replaces the one before."""

    def __init__(self) -> None:
        from IPython.display import display

        self._handle = display({"text/plain": ""}, raw=True, display_id=True)

    def write(self, text: str) -> None:
        if line := text.strip():
            self._handle.update({"text/plain": line}, raw=True)

    def flush(self) -> None:
        """Every line is shown at once."""
