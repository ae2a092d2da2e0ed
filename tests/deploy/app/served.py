"""The page and the endpoint in a process of their own, and what tests do with the page in a browser."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.browser import TIMEOUT, found, until
from tests.forks import start_command


@contextmanager
def served(root: Path, folder: Path, *options: str) -> Iterator[str]:
    """The URL of a server, which shows `small` of colours first.

    Checks that an interruption stops it without output, and that it leaves no files.

    Args:
        root: the root of the runs.
        folder: an empty one.
        options: of the command, besides.
    """
    printed, temporary = folder / "printed.txt", folder / "temporary"
    temporary.mkdir()
    printed.touch()
    words = ["serve", "--dataset", "colours", "--run", "small", "--port", "0", "--root", root, *options]
    process = start_command(words, printed, printed, temporary)
    try:
        yield _announced(process, printed)
        os.kill(process.pid, signal.SIGINT)
        process.join(TIMEOUT)
        assert process.exitcode == 0
    finally:
        process.kill()
        process.join()
    # Besides, it says what it does once for each network.
    text = printed.read_text()
    assert len(re.findall(r"^the page is at \S+ \(Ctrl-C stops it\)$", text, re.MULTILINE)) == 1
    assert not re.search("Traceback|Warning|Error", text), text
    assert list(temporary.iterdir()) == []


def _announced(process: BaseProcess, printed: Path) -> str:
    for _ in range(10 * TIMEOUT):
        if found := re.search(r"the page is at (\S+)", printed.read_text()):
            return found[1]
        assert process.is_alive(), printed.read_text()
        time.sleep(0.1)
    raise TimeoutError(printed.read_text())


def choose(page, label: str, beginning: str) -> None:
    """Choose the option of a list that begins so."""
    until(page, found(f"input[aria-label='{label}']"))[0].click()
    # A list that is still unfolding has no text.
    until(page, lambda page: any(option.text.startswith(beginning) for option in found("[role=option]")(page)))
    next(option for option in found("[role=option]")(page) if option.text.startswith(beginning)).click()
