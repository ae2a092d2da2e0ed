"""Closed standard streams, and readers that have gone: silence, and never a traceback."""

import subprocess
import sys

import pytest

from auxiliary.core.paths import REPOSITORY

SCRIPT = """
import sys
from auxiliary import __main__ as command
from auxiliary.core.errors import UserError
def run():
    {body}
command._run = run
command.main()
"""
PRINTS = "for number in range(100_000): print('a row', number)\n    return 0"
MISTAKE = "raise UserError('no such profile')"


def ended(shell: str, body: str) -> subprocess.CompletedProcess:
    """A shell's command in which `python` stands for the command's process; `set -o pipefail` gives its status."""
    script = shell.replace("python", f'"{sys.executable}" -c "$0"')
    return subprocess.run(["bash", "-o", "pipefail", "-c", script, SCRIPT.format(body=body)], capture_output=True,
                          text=True, cwd=REPOSITORY, timeout=60, check=False)


@pytest.mark.parametrize(("shell", "body", "expected"), [
    ("python | head -1", PRINTS, (1, "a row 0\n", "")), ("python >&-", PRINTS, (0, "", "")),
    ("python 2>&-", MISTAKE, (1, "", "")), ("python >&- 2>&-", MISTAKE, (1, "", "")),
    ("python 2>&1 | true", MISTAKE, (1, "", "")), ("python <&- >&- 2>&-", PRINTS, (0, "", "")),
    ("python | head -1", "sys.exit(3)", (3, "", ""))])
def test_nothing_but_the_status_is_left(shell, body, expected):
    done = ended(shell, body)
    assert (done.returncode, done.stdout, done.stderr) == expected


def test_a_broken_pipe_to_something_else_is_not_hidden():
    done = ended("python", "raise BrokenPipeError('a kernel')")
    assert done.returncode == 1 and "BrokenPipeError: a kernel" in done.stderr


@pytest.mark.parametrize("closed", [">&-", "| true"])
def test_a_table_may_have_no_reader(closed):
    done = subprocess.run(["bash", "-c", f'"$0" -m auxiliary results {closed}', sys.executable],
                          capture_output=True, text=True, cwd=REPOSITORY, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
