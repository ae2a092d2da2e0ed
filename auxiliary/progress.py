"""How far along a long piece of work is, wherever its user looks.

In a notebook or a terminal a tqdm bar is drawn. Under `python -m auxiliary run` the notebooks run in
kernels of their own, so progress goes, a JSON object a line, into the file that `PROGRESS_FILE` names, and
the command draws it.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from tqdm.auto import tqdm

PROGRESS_FILE = "AUXILIARY_PROGRESS"
Item = TypeVar("Item")


class Progress:
    """A bar of `total` steps; use as a context manager.

    Args:
        label: what is being done, such as `"normalise"` or `"row 2 of 5: conv4"`.
        total: number of steps.
        unit: what a step is, in the singular, such as `"picture"`.
        start: steps that are already done.
    """

    def __init__(self, label: str, total: int, unit: str = "step", start: int = 0) -> None:
        self._label, self._total, self._unit, self._done = label, total, unit, start
        self._file = os.environ.get(PROGRESS_FILE)
        # A log file gets no bar: control codes make it unreadable.
        quiet = bool(self._file) or not (sys.stderr.isatty() or "ipykernel" in sys.modules)
        self._bar = tqdm(desc=label, total=total, unit=f" {unit}", initial=start, disable=quiet, leave=False)

    def advance(self, steps: int = 1, note: str = "") -> None:
        """Count `steps` more as done; `note` is shown behind the bar, such as the last accuracy."""
        self._done += steps
        if note:
            self._bar.set_postfix_str(note, refresh=False)
        self._bar.update(steps)
        self._report(note)

    def _report(self, note: str) -> None:
        if self._file:
            state = {"label": self._label, "done": self._done, "total": self._total, "unit": self._unit,
                     "note": note}
            with Path(self._file).open("a", encoding="utf-8") as file:
                file.write(json.dumps(state) + "\n")

    def __enter__(self) -> "Progress":
        self._report("")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._bar.close()


def track(items: Iterable[Item], label: str, total: int, unit: str = "step") -> Iterator[Item]:
    """Yield `items` one by one under a bar of `total` steps."""
    with Progress(label, total, unit) as progress:
        for item in items:
            yield item
            progress.advance()
