"""The page and the endpoint in a process of their own, and what tests do with the page in a browser."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.paths import REPOSITORY
from tests.browser import TIMEOUT, found, until


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
    command = [sys.executable, "-m", "auxiliary", "serve", "--dataset", "colours", "--run", "small",
               "--port", "0", "--root", str(root), *options]
    with printed.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd=REPOSITORY,
                                   env={**os.environ, "TMPDIR": str(temporary)})
    try:
        yield _announced(process, printed)
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT) == 0
    finally:
        process.kill()
        process.wait()
    # Besides, it says what it does once for each network.
    text = printed.read_text()
    assert len(re.findall(r"^the page is at \S+ \(Ctrl-C stops it\)$", text, re.MULTILINE)) == 1
    assert not re.search("Traceback|Warning|Error", text), text
    assert list(temporary.iterdir()) == []


def _announced(process: subprocess.Popen, printed: Path) -> str:
    for _ in range(10 * TIMEOUT):
        if found := re.search(r"the page is at (\S+)", printed.read_text()):
            return found[1]
        assert process.poll() is None, printed.read_text()
        time.sleep(0.1)
    raise TimeoutError(printed.read_text())


def choose(page, label: str, beginning: str) -> None:
    """Choose the option of a list that begins so."""
    until(page, found(f"input[aria-label='{label}']"))[0].click()
    # A list that is still unfolding has no text.
    until(page, lambda page: any(option.text.startswith(beginning) for option in found("[role=option]")(page)))
    next(option for option in found("[role=option]")(page) if option.text.startswith(beginning)).click()
