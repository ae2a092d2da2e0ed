"""What a run says before its notebooks begin, and how Ctrl-C ends it; tests/notebooks runs them to their end."""

import os
import signal
import subprocess
import sys

import pandas as pd
import psutil
import pytest

from auxiliary.commands import plan
from auxiliary.data.catalogue import clean_table
from auxiliary.project.open import open_project
from auxiliary.training.job import Job

PROFILE = """
dataset: {folder}
image_size: 16
scratch:
  - {{model_id: small, learning_rate: 0.1, epochs: 10, net: gap, seeds: [0, 1, 2]}}
"""


@pytest.fixture
def project(image_folder, divide, tmp_path, monkeypatch):
    """A row of three seeds, ten epochs each, that takes a second an epoch."""
    monkeypatch.setattr(plan, "estimate_seconds", lambda experiment, _: experiment.epochs)
    folder = image_folder({"green": 20, "blue": 20})
    (tmp_path / "profile.yaml").write_text(PROFILE.format(folder=folder), encoding="utf-8")
    project = open_project(str(tmp_path / "profile.yaml"), root=tmp_path)
    divide(project, clean_table(folder))
    return project


def remaining(project) -> float:
    experiment, = project.profile.experiments
    return plan.remaining(experiment, project, 40)


def test_what_is_finished_or_half_done_is_not_announced_again(project):
    finished, broken, _ = (Job(project.profile.experiments[0], seed, project).run for seed in range(3))
    assert remaining(project) == 30
    for run in (finished, broken):
        run.folder.mkdir(parents=True)
    (finished.folder / "result.json").touch()
    broken.save_history(pd.DataFrame({"phase": ["small"] * 2 + ["own"] * 4}))
    # Without a checkpoint it starts from the beginning, whatever its history says.
    assert remaining(project) == 20
    broken.checkpoint.touch()
    assert remaining(project) == 16
    (broken.folder / "history.csv").write_bytes(b"\xff")
    assert remaining(project) == 20


@pytest.fixture
def interrupted(project, tmp_path):
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


@pytest.mark.parametrize("moment", ["01-preprocessing", "experiment 1 of 3"])
def test_ctrl_c_ends_in_a_sentence_and_leaves_no_process(interrupted, moment):
    assert interrupted(moment) == (130, "interrupted; the same command goes on after the last whole epoch\n", [])


KERNEL = """
import subprocess, sys
from auxiliary.commands import run as session

def start(*_):
    print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)
    raise KeyboardInterrupt

session.run_notebook = start
session.run_profile(sys.argv[1], {})
"""


def test_a_kernel_that_is_nobodys_yet_is_killed(project, tmp_path):
    command = [sys.executable, "-c", KERNEL, tmp_path / "profile.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert "interrupted; the same command goes on" in done.stderr
    assert not psutil.pid_exists(int(done.stdout.splitlines()[-1]))
