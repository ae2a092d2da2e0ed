"""What runs on which worker, in one view: a bar for each task in a terminal, or lines in a log file now and then."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Self

import rich.progress
from rich.console import RenderableType
from rich.progress import BarColumn, TextColumn
from rich.table import Column

from auxiliary.core.console import PlainConsole
from auxiliary.core.displays import LONGEST_BAR, Log
from auxiliary.core.task import State, Task


class ClusterView:
    """Shows the progress of all workers; use it as a context manager.

    Args:
        console: where to show it.
        tasks: how many tasks there are.
    """

    def __init__(self, console: PlainConsole, tasks: int) -> None:
        self._console, self._display = console, _Bars(console) if console.is_interactive else _Lines(console)
        self._whole = State("tasks", 0, tasks, "task", event="begin")
        # Events come from a thread of Dask's.
        self._lock = threading.Lock()

    def event(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Show an event that a worker has sent, see `auxiliary.cluster.plugin`."""
        _, record = event
        with self._lock:
            if "message" in record:
                self.print(record["message"])
            else:
                state = State(**record["state"])
                # The bar of a training names its experiment; that of features does not say which.
                self._display.show(f"{record['task']}: {state.label}" if record["task"] not in state.label
                                   else state.label, record["task"], state)

    def ended(self, name: str, line: str) -> None:
        """Count a task as done, and print its line, if it has one."""
        with self._lock:
            self._display.remove(name)
            self._whole = State("tasks", self._whole.done + 1, self._whole.total, "task")
            self._display.show("", "", self._whole)
            if line:
                self.print(line)

    def print(self, line: str) -> None:
        """Print a line above the bars."""
        self._console.print(f"  {line}", soft_wrap=True)

    def __enter__(self) -> Self:
        self._display.show("", "", self._whole)
        return self

    def __exit__(self, *_: object) -> None:
        self._display.stop()


class _Lines:
    """Plain lines: each task has its own pace, as a single one has in a log file."""

    def __init__(self, console: PlainConsole) -> None:
        self._console, self._logs = console, {}

    def show(self, label: str, name: str, state: State) -> None:
        """Write a line if one is due."""
        if not name:
            return
        log = self._logs.setdefault(name, Log(lambda line: self._console.print(f"  {line}", soft_wrap=True)))
        log.show(State(**vars(state) | {"label": label}))

    def remove(self, name: str) -> None:
        """Forget a task that has ended."""
        self._logs.pop(name, None)

    def stop(self) -> None:
        """Lines need no end."""


class _Bars(rich.progress.Progress):
    """One bar per running task, and one for all of them."""

    def __init__(self, console: PlainConsole) -> None:
        super().__init__(TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)),
                         BarColumn(bar_width=None, table_column=Column(max_width=LONGEST_BAR)),
                         TextColumn("{task.fields[task]}", markup=False,
                                    table_column=Column(no_wrap=True, overflow="ellipsis")),
                         console=console, transient=True)
        self._of: dict[str, rich.progress.TaskID] = {}

    def show(self, label: str, name: str, state: State) -> None:
        """Draw a state of a task."""
        if name not in self._of:
            self._of[name] = self.add_task(label or state.label, total=state.total or None, task=Task(state))
            self.start()
        bar = self._of[name]
        task = next(each for each in self.tasks if each.id == bar)
        # A training has several bars in turn.
        if state.event == "begin":
            task.fields["task"] = Task(state)
        task.fields["task"].update(state)
        self.update(bar, description=label or state.label, total=state.total or None, completed=state.done)

    def remove(self, name: str) -> None:
        """Remove the bar of a task that has ended."""
        with suppress(KeyError):
            self.remove_task(self._of.pop(name))

    def get_renderables(self) -> "list[RenderableType]":
        """The bars; rich calls this, in its constructor too."""
        return [self.make_tasks_table(self.tasks)]
