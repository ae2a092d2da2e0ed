"""The signals that end a command: Ctrl-C, SIGTERM, and SIGHUP, which comes when a terminal is closed."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from auxiliary.core.streams import discard

# How the sentence begins after each signal that ends the command.
REASONS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "the terminal was closed",
}
ADVICE = ("give the same command again (`run` and `train` continue after the last finished epoch, `predict --csv` "
          "after the last file)")


class Interruption:
    """Handles Ctrl-C and its kind: interrupts the command, and lets it print one sentence and nothing else.

    Interrupted libraries and child processes print tracebacks of their own, so standard error is silenced.

    Attributes:
        signal: the first signal that came; None if there was none.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None
        self._stderr = os.dup(2)

    def __call__(self, number: int, *_: object) -> NoReturn:
        """Silence standard error and raise `KeyboardInterrupt`, as Python does after Ctrl-C without a handler."""
        self.signal = self.signal or signal.Signals(number)
        discard(2)
        raise KeyboardInterrupt

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Handle the signals in the block; those that were ignored before stay so, as under `nohup`."""
        before = {number: signal.getsignal(number) for number in REASONS}
        handled = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
        for number in handled:
            signal.signal(number, self)
        try:
            yield
        finally:
            # After a signal the process is about to end, and another one is not to end it without a sentence.
            for number in handled if not self.signal else []:
                signal.signal(number, before[number])

    def ignore(self) -> None:
        """Let no more signals interrupt what is left to do."""
        for number in REASONS:
            signal.signal(number, signal.SIG_IGN)

    def explain(self) -> int:
        """Print the sentence, in a terminal below the `^C` that it shows; return the status that shells give."""
        above = "\n" if os.isatty(self._stderr) else ""
        # The terminal may be gone.
        with suppress(OSError):
            os.write(self._stderr, f"{above}{REASONS[self.signal]}; {ADVICE}\n".encode())
        return 128 + self.signal
