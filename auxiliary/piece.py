"""A piece of long work: how far it is, and how long it will still take, in words."""

from dataclasses import dataclass
from time import monotonic
from typing import Literal

from auxiliary.reporting.wording import duration


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
