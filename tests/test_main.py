"""The exit status and messages of the command, above all after signals that end it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from auxiliary.__main__ import main
from auxiliary.commands.interruption import ADVICE

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


def ended(body: str, **environment: str) -> subprocess.CompletedProcess:
    script = SCRIPT.format(body=body)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60,
                          env=os.environ | environment)


def test_ctrl_c_prints_one_sentence_and_exits_with_the_status_of_shells():
    done = ended("run = press")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == ("interrupted; give the same command again (`run` and `train` continue after the last "
                           "finished epoch, `predict --csv` after the last file)\n")


@pytest.mark.parametrize(("name", "status", "reason"), [("SIGTERM", 143, "terminated"),
                                                        ("SIGHUP", 129, "the terminal was closed")])
def test_other_signals_end_the_command_as_ctrl_c_does(name, status, reason):
    done = ended(f"run = lambda: press(signal.{name})")
    assert (done.returncode, done.stdout, done.stderr) == (status, "", f"{reason}; {ADVICE}\n")


def test_command_ends_when_its_terminal_is_closed(tmp_path):
    # The leader of a session gets the first terminal that it opens.
    script = SCRIPT.format(body="""
os.close(os.open(os.ttyname(0), os.O_RDWR))

def run():
    print("ready", flush=True)
    time.sleep(60)
""")
    ours, terminal = os.openpty()
    with subprocess.Popen([sys.executable, "-c", script], stdin=terminal, stdout=terminal, stderr=terminal,
                          start_new_session=True, env=os.environ | {"TMPDIR": str(tmp_path)}) as process:
        os.close(terminal)
        assert os.read(ours, 9).strip() == b"ready"
        os.close(ours)
        assert process.wait(60) == 129
    assert not list(tmp_path.iterdir())


def test_threads_and_child_processes_hold_nothing_up(tmp_path):
    done = ended("""
import subprocess, tempfile, threading

def run():
    threading.Thread(target=time.sleep, args=(600,)).start()
    tempfile.mkdtemp()
    print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)
    press(signal.SIGTERM)
""", TMPDIR=str(tmp_path))
    assert done.returncode == 143
    assert not psutil.pid_exists(int(done.stdout))
    assert not list(tmp_path.iterdir())


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
from auxiliary.core.streams import stderr_discarded

def run():
    with stderr_discarded():
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


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signal_that_was_ignored_at_the_start_stays_so(name):
    done = ended(f"""
signal.signal(signal.{name}, signal.SIG_IGN)

def run():
    os.kill(os.getpid(), signal.{name})
    print("goes on")
    return 0
""")
    assert (done.returncode, done.stdout, done.stderr) == (0, "goes on\n", "")


def test_temporary_files_lie_in_one_folder_until_the_end(tmp_path):
    done = ended("""
import subprocess, tempfile

def run():
    print(tempfile.mkdtemp(), flush=True)
    return subprocess.call([sys.executable, "-c", "import tempfile; print(tempfile.mkdtemp())"])
""", TMPDIR=str(tmp_path))
    assert done.returncode == 0
    parents = {Path(line).parent for line in done.stdout.splitlines()}
    assert len(parents) == 1 and parents.pop().parent == tmp_path
    assert not list(tmp_path.iterdir())


def test_without_a_place_for_temporary_files_the_way_out_is_named(monkeypatch, capsys):
    monkeypatch.setattr(tempfile, "tempdir", "/dev/null")
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 1 and "TMPDIR" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "status", "message"), [
    ([], 2, "Usage: python -m auxiliary"), (["rnu"], 2, "No such command 'rnu'"),
    (["run"], 2, "Missing argument 'PROFILE'"), (["run", "rnu"], 1, "error: unknown profile 'rnu'")])
def test_mistake_is_explained_with_its_own_status(words, status, message):
    done = subprocess.run([sys.executable, "-m", "auxiliary", *words], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr and "Traceback" not in done.stderr


def test_control_characters_in_an_error_do_not_reach_the_terminal():
    done = ended(r"""
def run():
    raise UserError("there is no a\x1b[2J\rb\udcff\u202e: [/red] :smile:\nname another")
""")
    assert (done.returncode, done.stderr) == (
        1, "error: there is no a\\x1b[2J\\rb\\udcff\\u202e: [/red] :smile:\nname another\n")
