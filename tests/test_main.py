"""The command as a whole: how it ends, above all when Ctrl-C ends it."""

import subprocess
import sys

import pytest

SENTENCE = "interrupted; to go on, give the same command again\n"
# `press()` is what Ctrl-C does; the functions below stand for a command.
SCRIPT = """
import os, signal, sys, time
from auxiliary import __main__ as command
from auxiliary.core.errors import UserError

def press():
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)

{body}

command._run = run
command.main()
"""


def ended(body: str, **options) -> subprocess.CompletedProcess:
    script = SCRIPT.format(body=body)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, **options)


def test_ctrl_c_ends_in_a_sentence_and_the_status_that_shells_know():
    done = ended("run = press")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", SENTENCE)


def test_an_own_sentence_is_said_instead():
    done = ended("""
def run():
    try:
        press()
    except KeyboardInterrupt:
        raise UserError("interrupted; nothing is kept of a quick run")
""")
    assert (done.returncode, done.stderr) == (130, "interrupted; nothing is kept of a quick run\n")


def test_nothing_is_said_by_what_was_interrupted():
    done = ended("""
def run():
    try:
        press()
    except KeyboardInterrupt:
        print("Exception ignored in: <zmq>", file=sys.stderr)
        os.system("echo a process >&2")
        raise ImportError("TensorFlow cannot be loaded")
""")
    assert (done.returncode, done.stderr) == (130, SENTENCE)


def test_the_sentence_is_said_though_standard_error_led_elsewhere():
    done = ended("""
from auxiliary.core.runtime import _silent

def run():
    with _silent():
        press()
""")
    assert (done.returncode, done.stderr) == (130, SENTENCE)


def test_a_second_ctrl_c_changes_nothing():
    done = ended("""
def run():
    try:
        press()
    finally:
        press()
""")
    assert (done.returncode, done.stderr) == (130, SENTENCE)


def test_in_the_background_ctrl_c_is_for_others():
    done = ended("""
signal.signal(signal.SIGINT, signal.SIG_IGN)

def run():
    os.kill(os.getpid(), signal.SIGINT)
    print("goes on")
    return 0
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "goes on\n", "")


@pytest.mark.parametrize(("words", "status", "said"), [
    ([], 2, "Usage: python -m auxiliary"), (["rnu"], 2, "No such command 'rnu'"),
    (["run"], 2, "Missing argument 'PROFILE'"), (["run", "rnu"], 1, "error: unknown profile 'rnu'")])
def test_mistakes_end_in_a_status_of_their_own(words, status, said):
    done = subprocess.run([sys.executable, "-m", "auxiliary", *words], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr and "Traceback" not in done.stderr
