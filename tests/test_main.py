"""The exit status and messages of the command, above all after signals that end it."""

import subprocess
import sys

import pytest

from auxiliary.__main__ import ADVICE

SENTENCE = f"interrupted; {ADVICE}\n"
# `press()` does what Ctrl-C does; `run` stands for the command.
SCRIPT = """
import os, signal, sys, time
from auxiliary import __main__ as command
from auxiliary.core.errors import UserError

def press(number=signal.SIGINT):
    os.kill(os.getpid(), number)
    time.sleep(60)

{body}

command._run = run
command.main()
"""


def ended(body: str) -> subprocess.CompletedProcess:
    script = SCRIPT.format(body=body)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)


def test_ctrl_c_prints_one_sentence_and_exits_with_the_status_of_shells():
    done = ended("run = press")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == ("interrupted; give the same command again (`run` continues after the last finished epoch)"
                           "\n")


@pytest.mark.parametrize("error", ["UserError('a worker was killed')", "ImportError('TensorFlow cannot be loaded')"])
def test_interrupted_code_and_child_processes_print_nothing(error):
    done = ended(f"""
def run():
    try:
        press()
    except KeyboardInterrupt:
        print("Exception ignored in: <zmq>", file=sys.stderr)
        os.system("echo a process >&2")
        raise {error}
""")
    assert (done.returncode, done.stderr) == (130, SENTENCE)


def test_sentence_is_printed_though_standard_error_was_redirected():
    done = ended("""
from auxiliary.core.runtime import _silent

def run():
    with _silent():
        press()
""")
    assert (done.returncode, done.stderr) == (130, SENTENCE)


def test_second_ctrl_c_changes_nothing():
    done = ended("""
def run():
    try:
        press()
    finally:
        press()
""")
    assert (done.returncode, done.stderr) == (130, SENTENCE)


def test_background_command_ignores_ctrl_c():
    done = ended("""
signal.signal(signal.SIGINT, signal.SIG_IGN)

def run():
    os.kill(os.getpid(), signal.SIGINT)
    print("goes on")
    return 0
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "goes on\n", "")


@pytest.mark.parametrize(("words", "status", "message"), [
    ([], 2, "Usage: python -m auxiliary"), (["rnu"], 2, "No such command 'rnu'"),
    (["run"], 2, "Missing argument 'PROFILE'"), (["run", "rnu"], 1, "error: unknown profile 'rnu'")])
def test_mistake_is_explained_with_its_own_status(words, status, message):
    done = subprocess.run([sys.executable, "-m", "auxiliary", *words], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr and "Traceback" not in done.stderr
