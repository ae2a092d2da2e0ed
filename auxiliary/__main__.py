"""The command: `python -m auxiliary COMMAND`."""

import os
import signal
import sys
from typing import NoReturn

from auxiliary.core.errors import UserError

# What shells make of a command that Ctrl-C ended: 128, and the number of the signal.
INTERRUPTED = 130


class CtrlC:
    """Interrupts the command, as Python does by itself, and sees to it that nothing but a sentence is said of that.

    Libraries and other processes that are interrupted may answer with tracebacks of their own.
    """

    def __init__(self) -> None:
        self.came = False
        self._stderr = os.dup(2)

    def __call__(self, *_: object) -> NoReturn:
        """Send what goes to standard error to nowhere from now on, and interrupt what runs."""
        self.came = True
        _silence()
        raise KeyboardInterrupt

    def exit(self, sentence: str) -> NoReturn:
        """End the command with a sentence, in a terminal below what that shows of the keys."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # Whoever redirected standard error meanwhile has put it back.
        _silence()
        above = "\n" if os.isatty(self._stderr) else ""
        os.write(self._stderr, f"{above}{sentence}\n".encode(errors="backslashreplace"))
        sys.exit(INTERRUPTED)


def main() -> None:
    """Run the command; a user's mistake ends in its sentence and exit status 1, Ctrl-C in a sentence and 130."""
    ctrl_c = CtrlC()
    # In the background of a script the signal is ignored, and stays so.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, ctrl_c)
    try:
        status = _run()
    except BaseException as error:
        if ctrl_c.came:
            ctrl_c.exit(str(error) if isinstance(error, UserError)
                        else "interrupted; to go on, give the same command again")
        if not isinstance(error, UserError):
            raise
        print(f"error: {error}", file=sys.stderr)
        status = 1
    sys.exit(status)


def _run() -> int:
    """The exit status; a misspelt option is explained."""
    # Here, so that Ctrl-C is heeded while these are loaded.
    from click import ClickException

    from auxiliary.commands.cli import command

    try:
        # By itself click says `Aborted!` of an interruption.
        return command(prog_name="python -m auxiliary", standalone_mode=False) or 0
    except ClickException as error:
        error.show()
        return error.exit_code


def _silence() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


if __name__ == "__main__":
    main()
