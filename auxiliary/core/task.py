"""The state of a long task: how many steps are done, and how long the others will take."""

from dataclasses import dataclass
from time import monotonic
from typing import Literal

from auxiliary.core.text import duration, one_line, plural_of

# Steps tell how fast they are after so many seconds: several may be reported at the same moment.
SHORTEST = 1


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

    The time left is estimated from the steps after the first update. Those before it may have taken longer, as an epoch
    does that begins with compilation, and those of an earlier, interrupted run took no time.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self._began = self._stepped = monotonic()
        # Number of steps at the first update, and its time.
        self._first: tuple[int, float] | None = None

    def update(self, state: State) -> None:
        """Replace the state by a later one."""
        if state.done > self.state.done:
            self._stepped = monotonic()
            self._first = self._first or (state.done, self._stepped)
        self.state = state

    @property
    def seconds(self) -> float:
        """Seconds since the task began."""
        return monotonic() - self._began

    @property
    def seconds_left(self) -> float | None:
        """Estimated seconds until the end; None too soon after the first update, or where there is no known total."""
        if not self._first or not self.state.total:
            return None
        (done, began), ended = self._first, self._stepped
        if ended - began < SHORTEST:
            return None
        whole = (ended - began) / (self.state.done - done) * (self.state.total - done)
        return max(0.0, whole - (monotonic() - began))

    def __str__(self) -> str:
        """Such as `5 of 12 epochs, about 40 s left, validation accuracy 0.912`."""
        state, left = self.state, self.seconds_left
        total = f" of {state.total:,}" if state.total else ""
        units = state.unit if (state.total or state.done) == 1 else plural_of(state.unit)
        took = f" in {duration(self.seconds)}" if state.event == "end" else ""
        time = f"about {duration(left)} left" if left is not None and state.event != "end" else ""
        return ", ".join(filter(None, [f"{state.done:,}{total} {units}{took}", time, state.note]))
