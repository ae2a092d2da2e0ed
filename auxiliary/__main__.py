"""The command: `python -m auxiliary COMMAND`."""

import os
import signal
import sys
from typing import NoReturn

from auxiliary.core.errors import UserError
from auxiliary.core.streams import with_streams

# The status that shells give a command ended by Ctrl-C: 128 and the signal's number.
INTERRUPTED = 130
SENTENCE = "interrupted; give the same command again (`run` continues after the last finished epoch)"


class CtrlC:
    """Handles Ctrl-C: interrupts the command, and lets it print one sentence and nothing else.

    Interrupted libraries and child processes print tracebacks of their own, so standard error is silenced.
    """

    def __init__(self) -> None:
        self.pressed = False
        self._stderr = os.dup(2)

    def __call__(self, *_: object) -> NoReturn:
        """Silence standard error and raise `KeyboardInterrupt`, as Python does without a handler."""
        self.pressed = True
        _silence()
        raise KeyboardInterrupt

    def exit(self) -> NoReturn:
        """Print the sentence and exit; in a terminal below the `^C` that it shows."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Again: code that had redirected standard error has restored it by now.
        _silence()
        above = "\n" if os.isatty(self._stderr) else ""
        os.write(self._stderr, f"{above}{SENTENCE}\n".encode())
        sys.exit(INTERRUPTED)


@with_streams
def main() -> None:
    """Run the command; a user's mistake prints its message and exits with 1, Ctrl-C prints a sentence and exits 130."""
    ctrl_c = CtrlC()
    # Background commands of a script ignore the signal, and that stays so.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, ctrl_c)
    try:
        status = _run()
    except BaseException as error:
        if ctrl_c.pressed:
            ctrl_c.exit()
        if not isinstance(error, UserError):
            raise
        print(f"error: {error}", file=sys.stderr)
        status = 1
    sys.exit(status)


def _run() -> int:
    """Run the command and return its exit status; a misspelt option is explained."""
    # Imported here, so that Ctrl-C is handled while these load.
    from click import ClickException

    from auxiliary.commands.cli import command
    from auxiliary.core.disk import disk_errors

    try:
        with disk_errors():
            # In its standalone mode click would print `Aborted!` on Ctrl-C.
            status = command(prog_name="python -m auxiliary", standalone_mode=False) or 0
            # Now, because a disk may be too full for what was printed.
            sys.stdout.flush()
            return status
    except ClickException as error:
        error.show()
        return error.exit_code


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    main()
