"""The command: `python -m auxiliary COMMAND`."""

import locale
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from auxiliary.commands.interruption import Interruption
from auxiliary.core.environment import stated
from auxiliary.core.errors import UserError
from auxiliary.core.ownership import temporary_folder
from auxiliary.core.streams import discard, with_streams
from auxiliary.core.text import printable


def start() -> None:
    """Run the command in a process in which names of files are UTF-8."""
    _restart_in_utf8()
    main()


def _restart_in_utf8() -> None:
    """Replace this process by the same one in Python's UTF-8 mode, where names of files have another encoding."""
    # That is so in a locale such as `de_DE.ISO-8859-1`, or in `C` with `PYTHONUTF8=0`: a folder called in Chinese could
    # be neither read nor made. What is printed keeps the locale's encoding. Processes that this one starts are in UTF-8
    # mode too.
    if sys.getfilesystemencoding() == "utf-8":
        return
    environment = {"PYTHONIOENCODING": locale.getencoding()} | os.environ | {"PYTHONUTF8": "1"}
    # The option too: with `-I` Python does not read the environment.
    os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], environment)


@with_streams
def main() -> None:
    """Run the command; a user's mistake prints its message and exits with 1, a signal prints a sentence."""
    interruption = Interruption()
    try:
        with interruption.handled(), _own_temporary_folder():
            status = _interruptible(interruption)
    except BaseException as error:
        if interruption.signal:
            status = interruption.explain()
        elif isinstance(error, UserError):
            print(printable(f"error: {error}"), file=sys.stderr)
            status = 1
        else:
            raise
    if interruption.signal:
        _exit_at_once(status)
    sys.exit(status)


def _interruptible(interruption: Interruption) -> int:
    try:
        return _run()
    finally:
        interruption.ignore()
        if interruption.signal:
            # Again: code that had redirected standard error has restored it by now.
            discard(2)
            _kill_children()


def _run() -> int:
    """Run the command and return its exit status; a misspelt option is explained."""
    # Imported here, so that signals are handled while these load.
    from click import ClickException

    from auxiliary.commands.cli import command
    from auxiliary.core.disk import disk_errors
    from auxiliary.core.grammars import skip_iri_grammar

    skip_iri_grammar()
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
        before, tempfile.tempdir = tempfile.tempdir, str(folder)
        try:
            with stated("TMPDIR", str(folder)):
                yield
        finally:
            tempfile.tempdir = before


def _kill_children() -> None:
    """Kill all child processes, and wait until they are gone, so that they write no more."""
    import psutil

    children = psutil.Process().children(recursive=True)
    for process in children:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(children, timeout=10)


def _exit_at_once(status: int) -> NoReturn:
    """Exit without waiting for threads that are still busy, which may take seconds."""
    with suppress(OSError):    # the terminal may be gone
        sys.stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    start()
