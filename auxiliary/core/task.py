"""The state of a long task: how many steps are done, and how long the others will take."""

from dataclasses import dataclass
from time import monotonic
from typing import Literal

from auxiliary.core.text import duration, one_line


@dataclass(frozen=True)
class State:
    """The state of a task at one moment.

    Attributes:
        label: the task's name, such as `"experiment 2 of 5: conv4"`.
        done: number of finished steps.
        total: number of steps; 0 where there are none, or where the number is not known.
        unit: the name of a step in the singular, such as `"epoch"`.
        note: anything else to show, such as the last accuracy.
        event: whether the task begins, continues, or ends (finished or not).
    """

    label: str
    done: int
    total: int
    unit: str
    note: str = ""
    event: Literal["begin", "step", "end"] = "step"

    def __post_init__(self) -> None:
        """Escape control characters: labels and notes hold names of files and experiments."""
        for name in ("label", "unit", "note"):
            object.__setattr__(self, name, one_line(getattr(self, name)))


class Task:
    """A task that began just now.

    The time left is estimated from the steps since then. Steps that an earlier, interrupted run had done do not count.

    Args:
        state: its first state.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._first = state.done
        self._began = self._stepped = monotonic()

    def update(self, state: State) -> None:
        """Replace the state by a later one."""
        if state.done > self.state.done:
            self._stepped = monotonic()
        self.state = state

    @property
    def seconds(self) -> float:
        """Seconds since the task began."""
        return monotonic() - self._began

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds until the end; None before the first step, or where the number of steps is not known."""
        steps = self.state.done - self._first
        if steps <= 0 or not self.state.total:
            return None
        whole = (self._stepped - self._began) / steps * (self.state.total - self._first)
        return max(0.0, whole - self.seconds)

    def __str__(self) -> str:
        """Such as `5 of 12 epochs, about 40 s left, validation accuracy 0.912`."""
        state, left = self.state, self.seconds_left
        total = f" of {state.total:,}" if state.total else ""
        units = state.unit if (state.total or state.done) == 1 else f"{state.unit}s"
        took = f" in {duration(self.seconds)}" if state.event == "end" else ""
        time = f"about {duration(left)} left" if left is not None and state.event != "end" else ""
        return ", ".join(filter(None, [f"{state.done:,}{total} {units}{took}", time, state.note]))
