"""The time left of an interrupted run, and what runs leave behind; tests/notebooks executes all notebooks."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import nbformat
import pandas as pd
import psutil
import pytest
from click.testing import CliRunner, Result
from papermill.parameterize import parameterize_notebook

from auxiliary.commands import estimate
from auxiliary.commands import run as session
from auxiliary.commands.amount import Amount
from auxiliary.commands.cli import command
from auxiliary.commands.interruption import ADVICE
from auxiliary.commands.speed import processor_speed
from auxiliary.core.errors import Diverged, NotTrained, UserError
from auxiliary.data.catalogue import catalogue
from auxiliary.data.duplicates import add_duplicate_groups
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from auxiliary.runs.results_csv import read_results
from auxiliary.training.job import Job
from auxiliary.training.train_all import train_all
from tests.colours import open_text
from tests.images import clean_table_of
from tests.names import NAMES, WORDS

PROFILE = """
dataset: {folder}
image_size: 16
scratch:
  - {{model_id: small, learning_rate: 0.1, epochs: 10, net: gap, seeds: [0, 1, 2]}}
"""


@pytest.fixture
def project(image_folder, divide, tmp_path, monkeypatch):
    """An experiment of three seeds, ten epochs each, estimated at one second per epoch."""
    monkeypatch.setattr(estimate, "estimate_seconds", lambda experiment, *_: experiment.epochs)
    folder = image_folder({"green": 20, "blue": 20})
    return divide(open_text(PROFILE.format(folder=folder), tmp_path))


def left(project) -> float:
    experiment, = project.profile.experiments
    return sum(estimate.seconds_left(experiment, project, Amount(28, 8, 4), processor_speed()))


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
    with pytest.raises(NotTrained, match=r"small \[bold\]"):
        session.run_profile(str(profile), {}, root=tmp_path)
    assert "small [bold]" in capsys.readouterr().out


class Stopped(Exception):
    """Carries the parameters of the notebooks out of a run."""


def in_notebook(values: dict) -> dict:
    """The parameters in a kernel: papermill writes them into the notebook, as code."""
    cell = nbformat.v4.new_code_cell("profile = ''", metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel, "papermill": {}})
    written = parameterize_notebook(notebook, values)
    read = nbformat.reads(nbformat.writes(written), as_version=4)
    assert read.metadata.papermill.parameters == values
    assigned: dict = {}
    exec(read.cells[1].source, assigned)
    return {name: assigned[name] for name in values}


@pytest.fixture
def opened(tmp_path, monkeypatch) -> Callable[..., Project]:
    """What a notebook opens when `run` is given some options in `tmp_path`; no notebook runs."""
    def stop(_console, _project, _notebooks, values):
        raise Stopped(values)

    monkeypatch.setattr(session, "run_notebooks", stop)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "profile.yaml").write_text(PROFILE.format(folder="flowers"), encoding="utf-8")

    def opened(*words: str) -> Project:
        with pytest.raises(Stopped) as caught:
            CliRunner().invoke(command, ["run", "profile.yaml", *words], catch_exceptions=False)
        return open_project(**in_notebook(caught.value.args[0]))

    return opened


def test_folders_reach_the_notebooks_as_typed(opened, tmp_path):
    for name in NAMES:
        (tmp_path / name / "cat").mkdir(parents=True)
        (tmp_path / name / "cat" / "1.png").touch()
        paths = opened("-p", "dataset", name, "--root", f"roots/{name}").paths
        assert (paths.own, paths.root) == (tmp_path / name, tmp_path / "roots" / name)
        assert opened("-p", "source", name).profile.source == tmp_path / name


def test_so_do_names(opened, tmp_path):
    (tmp_path / "images" / "cat").mkdir(parents=True)
    (tmp_path / "images" / "cat" / "1.png").touch()
    for name in WORDS:
        assert opened("-p", "dataset", "images", "-p", "name", name).paths.dataset == name


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


DIVERGING = """
dataset: {folder}
name: colours
image_size: 16
batch_size: 8
scratch:
  - {{model_id: wild, optimizer: sgd, learning_rate: 1.0e+30, epochs: 2, net: conv(4) | gap}}
  - {{model_id: child, parent: wild, learning_rate: 0.1, epochs: 1}}
"""


@pytest.fixture
def diverging(image_folder, divide, tmp_path, monkeypatch) -> Callable[..., Result]:
    """Gives the command `run` with some options; its notebooks only train."""
    folder = image_folder({"green": 20, "blue": 20})
    project = open_text(DIVERGING.format(folder=folder), tmp_path)
    shutil.copytree(folder, project.paths.processed / "made")
    clean = clean_table_of(project.paths.processed / "made")
    divide(project, clean)
    project.save_table(catalogue(folder), "overview")
    project.save_table(add_duplicate_groups(clean), "clean")

    def train(*_):
        with suppress(NotTrained):
            train_all(project.profile.scratch, project)
        return iter(())

    monkeypatch.setattr(session, "run_notebooks", train)
    return lambda *words: CliRunner().invoke(
        command, ["run", str(tmp_path / "profile.yaml"), "--root", str(tmp_path), *words])


def test_a_run_that_diverges_ends_with_an_error_after_the_results(diverging, tmp_path):
    first = diverging("--only", "02")
    assert isinstance(first.exception, Diverged) and first.exit_code == 1
    assert "wild (in epoch 1); lower" in str(first.exception)
    assert str(first.exception).endswith("because a parent or member diverged: child")
    assert "No accuracy is claimed where training diverged: wild (diverged in epoch 1)." in " ".join(
        first.output.split())
    assert "report.html" in first.output
    read_back = diverging("--only", "02")
    assert "(read back)" in read_back.output and isinstance(read_back.exception, Diverged)
    anew = diverging("--only", "02", "--retrain")
    assert "s of training)" in anew.output
    assert read_results(tmp_path / "results.csv")["key"].tolist() == ["wild", "wild"]
    # The notebook that trains nothing has no say.
    assert diverging("--only", "01").exit_code == 0


def test_what_does_not_fit_into_memory_ends_with_an_error_too(diverging, monkeypatch):
    from auxiliary.training import gpu_memory, trainer

    def full(*_):
        raise gpu_memory.tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(trainer, "fit", full)
    monkeypatch.setattr(gpu_memory, "largest_batch", lambda _: 4)
    ended = diverging("--only", "02")
    assert ended.exit_code == 1 and str(ended.exception) == "not trained, for the reasons above: wild, child"
    assert "a batch_size of 4 fits" in ended.output


@pytest.mark.parametrize("option", ["--smoke-test", "--plan"])
def test_nothing_is_trained_anew_where_nothing_is_trained(diverging, option):
    assert "--retrain" in str(diverging(option, "--retrain").exception)
