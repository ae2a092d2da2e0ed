"""The time left of an interrupted run, and what runs leave behind; tests/notebooks executes all notebooks."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import psutil
import pytest

from auxiliary.commands import estimate
from auxiliary.commands import run as session
from auxiliary.commands.interruption import ADVICE
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
    finished.result_file.touch()
    unfinished.save_history(pd.DataFrame({"phase": ["small"] * 2 + ["own"] * 4}))
    # Without a checkpoint training starts from the beginning, whatever the history says.
    assert left(project) == 20
    unfinished.checkpoint.touch()
    assert left(project) == 16
    (unfinished.folder / "history.csv").write_bytes(b"\xff")
    assert left(project) == 20


def test_brackets_in_a_name_are_shown(project, tmp_path, monkeypatch, capsys):
    profile = tmp_path / "profile.yaml"
    profile.write_text(profile.read_text(encoding="utf-8").replace("small", '"small [bold]"'), encoding="utf-8")
    monkeypatch.setattr(session, "run_notebooks", lambda *_: [])
    session.run_profile(str(profile), {}, root=tmp_path)
    assert "small [bold]" in capsys.readouterr().out


@pytest.fixture
def start(image_folder, tmp_path):
    """Starts the command on more images than one worker gets, until it prints something; its TMPDIR is its own."""
    (tmp_path / "profile.yaml").write_text(PROFILE.format(folder=image_folder({"green": 40, "blue": 40}, size=80)),
                                           encoding="utf-8")
    (tmp_path / "temporary").mkdir()

    def begin(moment: str, *words: str) -> subprocess.Popen:
        # A session of its own, as from a terminal, whose signals go to all processes of the command's group.
        process = subprocess.Popen(
            [sys.executable, "-m", "auxiliary", "run", tmp_path / "profile.yaml", "--root", tmp_path, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env=os.environ | {"TMPDIR": str(tmp_path / "temporary")})
        assert any(moment in line for line in process.stdout)
        return process

    return begin


def children(process: subprocess.Popen) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.parametrize(("name", "moment", "status", "reason"), [
    ("SIGINT", "experiment 1 of 3", 130, "interrupted"), ("SIGTERM", "01-preprocessing", 143, "terminated")])
def test_signal_ends_a_run_and_leaves_nothing(start, tmp_path, name, moment, status, reason):
    with start(moment, "-p", "epochs", "999") as process:
        started = children(process)
        os.killpg(process.pid, signal.Signals[name])
        _, message = process.communicate(timeout=60)
    assert (process.returncode, message) == (status, f"{reason}; {ADVICE}\n")
    assert not psutil.wait_procs(started, timeout=10)[1]
    assert not list((tmp_path / "temporary").iterdir())


def test_results_that_cannot_be_read_are_refused_before_a_notebook_starts(project, tmp_path):
    project.paths.results.write_text("not a table\n")
    with pytest.raises(UserError, match=r"results\.csv cannot be read as a table"):
        session.run_profile(str(tmp_path / "profile.yaml"), {}, root=tmp_path)
    assert not project.paths.assets.exists()


def test_next_run_removes_what_a_killed_one_left_and_leaves_nothing_itself(start, tmp_path):
    with start("01-preprocessing", "--only", "01") as killed:
        started = children(killed)
        killed.kill()
    # Kernels and workers notice that the command is gone.
    assert not psutil.wait_procs(started, timeout=60)[1]
    assert list((tmp_path / "temporary").iterdir())
    with start("01-preprocessing", "--only", "01") as process:
        started = children(process)
        assert process.wait(timeout=60) == 0, process.stderr.read()
    assert not psutil.wait_procs(started, timeout=10)[1]
    assert not list((tmp_path / "temporary").iterdir())
    # Semaphores are named after processes.
    shared = Path("/dev/shm")
    names = [path.name for path in shared.iterdir()] if shared.is_dir() else []
    assert not [name for name in names for child in started if str(child.pid) in re.findall(r"\d+", name)]
