"""The time left of an interrupted run, and the end by Ctrl-C; tests/notebooks executes the notebooks to their end."""

import os
import signal
import subprocess
import sys

import pandas as pd
import psutil
import pytest

from auxiliary.__main__ import SENTENCE
from auxiliary.commands import estimate
from auxiliary.commands.run import run_profile
from auxiliary.core.errors import UserError
from auxiliary.project.open import open_project
from auxiliary.training.job import Job
from tests.images import clean_table_of

PROFILE = """
dataset: {folder}
image_size: 16
scratch:
  - {{model_id: small, learning_rate: 0.1, epochs: 10, net: gap, seeds: [0, 1, 2]}}
"""


@pytest.fixture
def project(image_folder, divide, tmp_path, monkeypatch):
    """An experiment of three seeds, ten epochs each, estimated at one second per epoch."""
    monkeypatch.setattr(estimate, "estimate_seconds", lambda experiment, _: experiment.epochs)
    folder = image_folder({"green": 20, "blue": 20})
    (tmp_path / "profile.yaml").write_text(PROFILE.format(folder=folder), encoding="utf-8")
    project = open_project(str(tmp_path / "profile.yaml"), root=tmp_path)
    divide(project, clean_table_of(folder))
    return project


def left(project) -> float:
    experiment, = project.profile.experiments
    return estimate.seconds_left(experiment, project, 40)


def test_finished_epochs_are_not_announced_again(project):
    finished, unfinished, _ = (Job(project.profile.experiments[0], seed, project).run for seed in range(3))
    assert left(project) == 30
    for run in (finished, unfinished):
        run.folder.mkdir(parents=True)
    (finished.folder / "result.json").touch()
    unfinished.save_history(pd.DataFrame({"phase": ["small"] * 2 + ["own"] * 4}))
    # Without a checkpoint training starts from the beginning, whatever the history says.
    assert left(project) == 20
    unfinished.checkpoint.touch()
    assert left(project) == 16
    (unfinished.folder / "history.csv").write_bytes(b"\xff")
    assert left(project) == 20


@pytest.fixture
def interrupted(project, tmp_path):
    """Runs the command until it prints something, presses Ctrl-C; returns status, message, and processes left."""
    def run(moment: str) -> tuple[int, str, list[psutil.Process]]:
        words = ["run", str(tmp_path / "profile.yaml"), "--root", str(tmp_path), "-p", "epochs", "999"]
        # As from a terminal, the signal goes to all processes of the command's group.
        with subprocess.Popen([sys.executable, "-m", "auxiliary", *words], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
            assert any(moment in line for line in process.stdout)
            children = psutil.Process(process.pid).children(recursive=True)
            os.killpg(process.pid, signal.SIGINT)
            _, message = process.communicate(timeout=60)
        return process.returncode, message, psutil.wait_procs(children, timeout=10)[1]

    return run


@pytest.mark.parametrize("moment", ["01-preprocessing", "experiment 1 of 3"])
def test_ctrl_c_prints_a_sentence_and_leaves_no_process(interrupted, moment):
    assert interrupted(moment) == (130, f"{SENTENCE}\n", [])


def test_results_that_cannot_be_read_are_refused_before_a_notebook_starts(project, tmp_path):
    project.paths.results.write_text("not a table\n")
    with pytest.raises(UserError, match=r"results\.csv cannot be read as a table"):
        run_profile(str(tmp_path / "profile.yaml"), {}, root=tmp_path)
    assert not project.paths.assets.exists()


KERNEL = """
import subprocess, sys
from auxiliary.commands import run as session

def start(*_):
    print(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]).pid)
    raise KeyboardInterrupt

session.run_notebook = start
session.run_profile(sys.argv[1], {})
"""


def test_starting_kernel_is_killed(project, tmp_path):
    command = [sys.executable, "-c", KERNEL, tmp_path / "profile.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.stderr.endswith("KeyboardInterrupt\n")
    assert not psutil.pid_exists(int(done.stdout.splitlines()[-1]))
