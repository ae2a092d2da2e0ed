"""Standard streams that are closed, have no reader, or an encoding that lacks characters: never a traceback."""

import os
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


PROFILE = """
dataset: 动物
image_size: 32
scratch:
  - {model_id: 猫 é, learning_rate: 0.1, epochs: 1, net: gap}
  - {model_id: plain, learning_rate: 0.1, epochs: 1, net: gap}
"""


def output(*words: object, encoding: str, **environment: str) -> tuple[str, str]:
    """What the command prints into pipes, on standard output and error."""
    done = subprocess.run([sys.executable, "-m", "auxiliary", *map(str, words)], capture_output=True, cwd=REPOSITORY,
                          env=os.environ | environment, timeout=120, check=False)
    return done.stdout.decode(encoding), done.stderr.decode(encoding)


@pytest.mark.parametrize(("encoding", "environment", "name"), [
    ("cp1252", {"PYTHONIOENCODING": "cp1252"}, r"\u732b é"),
    ("ascii", {"LC_ALL": "C", "PYTHONUTF8": "0"}, r"\u732b \xe9")])
def test_characters_that_an_encoding_lacks_are_escaped(tmp_path, encoding, environment, name):
    for category in ("狗", "猫"):
        (tmp_path / "动物" / category).mkdir(parents=True)
        (tmp_path / "动物" / category / "1.png").touch()
    (tmp_path / "profile.yaml").write_text(PROFILE, encoding="utf-8")
    printed, errors = output("models", tmp_path / "profile.yaml", encoding=encoding, **environment)
    assert errors == "" and "For 2 classes" in printed
    line, other = (next(line for line in printed.splitlines() if line.startswith(key)) for key in (name, "plain"))
    # The columns stay columns.
    assert len(line) == len(other)


def test_so_are_those_of_an_error_and_of_a_box(results_of, tmp_path):
    ascii_only = {"encoding": "ascii", "PYTHONIOENCODING": "ascii"}
    assert r"\u732b" in output("run", "猫", **ascii_only)[1]
    results_of({"dataset": "猫", "key": "é"}).to_csv(tmp_path / "results.csv", index=False)
    printed, errors = output("results", "--root", tmp_path, **ascii_only)
    assert errors == "" and r"\u732b, shipped rows" in printed and r"| \xe9 " in printed and "+--" in printed
