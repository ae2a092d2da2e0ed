"""The command: `python -m auxiliary COMMAND`."""

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from auxiliary.core.errors import UserError
from auxiliary.core.ownership import temporary_folder
from auxiliary.core.text import printable

# How the sentence begins after each signal that ends the command.
REASONS = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "terminated",
    signal.SIGHUP: "the terminal was closed",
}
ADVICE = "give the same command again (`run` continues after the last finished epoch)"


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
        _discard(2)
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
            for number in handled:
                signal.signal(number, before[number])

    def ignore(self) -> None:
        """Let no more signals interrupt what is left to do."""
        for number in REASONS:
            signal.signal(number, signal.SIG_IGN)

    def exit(self) -> NoReturn:
        """Print the sentence and exit, with the status that shells give; in a terminal below the `^C` that it shows."""
        self.ignore()
        above = "\n" if os.isatty(self._stderr) else ""
        # The terminal may be gone.
        with suppress(OSError):
            os.write(self._stderr, f"{above}{REASONS[self.signal]}; {ADVICE}\n".encode())
        with suppress(OSError):
            sys.stdout.flush()
        # At once: threads that are still busy would hold up the end for seconds.
        os._exit(128 + self.signal)


def main() -> None:
    """Run the command; a user's mistake prints its message and exits with 1, a signal prints a sentence."""
    interruption = Interruption()
    try:
        with interruption.handled(), _own_temporary_folder():
            status = _interruptible(interruption)
    except BaseException as error:
        if interruption.signal:
            interruption.exit()
        if not isinstance(error, UserError):
            raise
        print(printable(f"error: {error}"), file=sys.stderr)
        status = 1
    sys.exit(status)


def _interruptible(interruption: Interruption) -> int:
    try:
        return _run()
    finally:
        interruption.ignore()
        if interruption.signal:
            # Again: code that had redirected standard error has restored it by now.
            _discard(2)
            _kill_children()


def _run() -> int:
    """Run the command and return its exit status; a misspelt option is explained."""
    # Imported here, so that signals are handled while these load.
    from click import ClickException

    from auxiliary.commands.cli import command

    try:
        # In its standalone mode click would print `Aborted!` on Ctrl-C.
        return command(prog_name="python -m auxiliary", standalone_mode=False) or 0
    except ClickException as error:
        error.show()
        return error.exit_code


@contextmanager
def _own_temporary_folder() -> Iterator[None]:
    """Let all temporary files lie in one folder, those of libraries and child processes too; it is removed at the end.
    """
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(temporary_folder(Path(tempfile.gettempdir())))
        except OSError as error:
            raise UserError(f"no temporary folder can be made ({error}): free space there, or name another folder in "
                            "the environment variable TMPDIR") from error
        before = tempfile.tempdir, os.environ.get("TMPDIR")
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
        try:
            yield
        finally:
            tempfile.tempdir = before[0]
            if before[1] is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before[1]


def _kill_children() -> None:
    """Kill all child processes, and wait until they are gone, so that they write no more."""
    import psutil

    children = psutil.Process().children(recursive=True)
    for process in children:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(children, timeout=10)


def _discard(descriptor: int) -> None:
    """Discard what is written to a file descriptor from now on."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


if __name__ == "__main__":
    main()
