"""What a run says before its notebooks begin, and how Ctrl-C ends it; tests/notebooks runs them to their end."""

import os
import signal
import subprocess
import sys

import pandas as pd
import psutil
import pytest

from auxiliary import plan
from auxiliary.data.clean import clean_table
from auxiliary.opening import open_lab
from auxiliary.training.train import find_run

PROFILE = """
dataset: {folder}
image_size: 16
scratch:
  - {{model_id: small, learning_rate: 0.1, epochs: 10, net: gap, seeds: [0, 1, 2]}}
"""


@pytest.fixture
def lab(picture_folder, divide, tmp_path, monkeypatch):
    """A row of three seeds, ten epochs each, that takes a second an epoch."""
    monkeypatch.setattr(plan, "estimate_seconds", lambda row, _: row.epochs)
    folder = picture_folder({"green": 20, "blue": 20})
    (tmp_path / "profile.yaml").write_text(PROFILE.format(folder=folder), encoding="utf-8")
    lab = open_lab(str(tmp_path / "profile.yaml"), root=tmp_path)
    divide(lab, clean_table(folder))
    return lab


def remaining(lab) -> float:
    row, = lab.profile.rows
    return plan.remaining(row, lab, 40)


def test_what_is_finished_or_half_done_is_not_announced_again(lab):
    finished, broken, _ = (find_run(lab.profile.rows[0], lab, seed) for seed in range(3))
    assert remaining(lab) == 30
    for run in (finished, broken):
        run.folder.mkdir(parents=True)
    (finished.folder / "result.json").touch()
    broken.save_history(pd.DataFrame({"phase": ["small"] * 2 + ["own"] * 4}))
    # Without a checkpoint it starts from the beginning, whatever its history says.
    assert remaining(lab) == 20
    broken.checkpoint.touch()
    assert remaining(lab) == 16
    (broken.folder / "history.csv").write_bytes(b"\xff")
    assert remaining(lab) == 20


@pytest.fixture
def interrupted(lab, tmp_path):
    """Runs the command until it says something, presses Ctrl-C, and returns what it leaves and says of that."""
    def run(moment: str) -> tuple[int, str, list[psutil.Process]]:
        words = ["run", str(tmp_path / "profile.yaml"), "--root", str(tmp_path), "-p", "epochs", "999"]
        # As from a terminal the signal goes to all processes of the group, which is one of their own here.
        with subprocess.Popen([sys.executable, "-m", "auxiliary", *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
            assert any(moment in line for line in process.stdout)
            children = psutil.Process(process.pid).children(recursive=True)
            os.killpg(process.pid, signal.SIGINT)
            _, said = process.communicate(timeout=60)
        return process.returncode, said, psutil.wait_procs(children, timeout=10)[1]

    return run


@pytest.mark.parametrize("moment", ["01-preprocessing", "row 1 of 3"])
def test_ctrl_c_ends_in_a_sentence_and_leaves_no_process(interrupted, moment):
    assert interrupted(moment) == (130, "interrupted; the same command goes on after the last whole epoch\n", [])


KERNEL = """
import subprocess, sys
from auxiliary import session

def start(*_):
    print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)
    raise KeyboardInterrupt

session.run_notebook = start
session.run_profile(sys.argv[1], {})
"""


def test_a_kernel_that_is_nobodys_yet_is_killed(lab, tmp_path):
    command = [sys.executable, "-c", KERNEL, tmp_path / "profile.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "interrupted; the same command goes on" in done.stderr
    assert not psutil.pid_exists(int(done.stdout.splitlines()[-1]))
