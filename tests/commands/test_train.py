"""`train`: one experiment with one seed, without notebooks; and `--threads`, whatever cores there are."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auxiliary.commands import run as run_module
from auxiliary.commands.cli import command
from auxiliary.core.errors import Diverged, UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.threads import VARIABLE, usable_cores
from auxiliary.project.open import open_project
from auxiliary.runs.results_csv import read_results
from auxiliary.training.job import Job
from tests.colours import SMALL_ON, colours_profile, open_text
from tests.tiny import with_plain_curves

# Its last digits are others with one thread than with two.
WIDE = "{model_id: wide, learning_rate: 0.01, epochs: 1, net: conv(32) | batchnorm | pool | flatten | dense(64)}"
SEEDS = "{model_id: small, learning_rate: 0.02, epochs: 2, net: conv(4) | gap, seeds: [0, 1]}"
WILD = "{model_id: wild, optimizer: sgd, learning_rate: 1.0e+30, epochs: 1, net: conv(4) | gap}"
WILD_ON = "{model_id: wild_on, parent: wild, learning_rate: 0.1, epochs: 1}"


@pytest.fixture
def root(image_folder, divide, tmp_path) -> Path:
    """A folder with a profile and its split images; nothing is trained."""
    folder = image_folder({"green": 20, "blue": 20, "red": 20}, size=32)
    experiments = (SEEDS, SMALL_ON.replace("small_on,", "small_on, seeds: [0, 1],"), WIDE, WILD, WILD_ON)
    divide(open_text(colours_profile(folder, experiments, size=32), tmp_path))
    return tmp_path


@pytest.fixture
def train(root) -> Iterator[Callable[..., Result]]:
    """Gives the command `train` with some options."""
    with with_plain_curves():
        yield lambda *words: CliRunner().invoke(
            command, ["train", str(root / "profile.yaml"), "--root", str(root), *words])


def lines(result: Result) -> list[str]:
    assert result.exception is None, result.exception
    return result.stdout.splitlines()


def logged(root: Path) -> list[tuple[str, int]]:
    rows = read_results(root / "results.csv")
    return list(zip(rows["key"], rows["seed"], strict=True))


def test_an_experiment_is_trained_with_its_parent_and_read_back(train, root):
    line, = lines(train("-e", "small_on", "--seed", "1"))
    assert line.startswith("1 of 1: small_on (seed 1): validation accuracy ") and line.endswith(" s of training)")
    assert logged(root) == [("small", 1), ("small_on", 1)]
    assert not (root / "assets").exists()
    assert lines(train("-e", "small", "--seed", "1"))[0].endswith("(read back)")
    again = lines(train("-e", "small", "--seed", "1", "--retrain"))
    assert [line.endswith(" s of training)") for line in again] == [True, True]
    assert "small_on (seed 1)" in again[1]
    # Trained anew within the same second, a run would have the same id.
    assert set(logged(root)) == {("small", 1), ("small_on", 1)}


def test_without_a_log_no_row_is_written(train, root):
    lines(train("-e", "small_on", "--seed", "0", "--no-log", "-p", "epochs", "1"))
    assert not (root / "results.csv").exists()
    lines(train("-e", "small_on", "--seed", "0", "-p", "epochs", "1"))
    assert logged(root) == [("small_on", 0)]


def test_one_that_diverges_ends_with_an_error_and_so_does_its_child(train):
    for _ in range(2):
        ended = train("-e", "wild")
        assert isinstance(ended.exception, Diverged) and ended.exit_code == 1
        assert "wild (in epoch 1); lower their learning_rate" in str(ended.exception)
    child = train("-e", "wild_on")
    assert isinstance(child.exception, Diverged)
    assert str(child.exception) == "not trained, because a parent or member diverged: wild_on"


@pytest.mark.parametrize(("words", "message"), [
    (["-e", "smal"], "unknown experiment 'smal': did you mean 'small'?"),
    (["-e", "small*"], "unknown experiment 'small[*]'"),
    (["-e", "small"], "small has the seeds 0, 1: choose one with --seed"),
    (["-e", "wide", "-p", "split.random_state", "9"], "run PROFILE --only 01")])
def test_what_does_not_fit_is_refused_before_anything_is_trained(train, root, words, message):
    with pytest.raises(UserError, match=message):
        raise train(*words).exception
    assert not (root / "models").exists() and not (root / "results.csv").exists()


@pytest.mark.parametrize(("words", "message"), [
    (["--threads", "0"], "0 is not in the range 1<=x<=1024"),
    (["--threads", "1025"], "1025 is not in the range 1<=x<=1024"),
    (["--threads", "many"], "'many' is not a valid integer"),
    (["--seed", "-1"], "-1 is not in the range 0<=x<=4294967295")])
def test_numbers_that_cannot_be_are_refused(train, words, message):
    refused = train("-e", "wide", *words)
    assert refused.exit_code == 2 and message in " ".join(refused.stderr.split())


def test_run_states_the_number_of_threads_to_its_kernels(root, monkeypatch):
    stated = []

    def stop(*_):
        stated.append(os.environ[VARIABLE])
        raise UserError("stopped")

    monkeypatch.setattr(run_module, "run_notebooks", stop)
    ended = CliRunner().invoke(
        command, ["run", str(root / "profile.yaml"), "--root", str(root), "-e", "wide", "--threads", "3"])
    assert str(ended.exception) == "stopped" and stated == ["3"]
    assert VARIABLE not in os.environ


def in_process(*words: str, cores: set[int]) -> subprocess.CompletedProcess:
    """Give a command in a process of its own that may use some cores."""
    start = (f"import os, sys; os.sched_setaffinity(0, {cores}); "
             "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])")
    return subprocess.run([sys.executable, "-c", start, "-m", "auxiliary", *words], cwd=REPOSITORY, capture_output=True,
                          text=True, check=False)


@pytest.mark.skipif(usable_cores() == 1 or not hasattr(os, "sched_setaffinity"),
                    reason="there is one core, or a process cannot be kept to one")
def test_with_one_thread_one_core_gives_the_digits_of_several(root):
    cores = os.sched_getaffinity(0)
    options = [str(root / "profile.yaml"), "--root", str(root), "-e", "wide"]
    done = in_process("train", *options, "--threads", "1", cores={min(cores)})
    assert done.returncode == 0, done.stderr
    project = open_project(options[0], root=root)
    run = Job(project.experiments["wide"], 0, project).run
    assert run.recipe["settings"]["cores"] == 1 and run.result.device.endswith(", 1 core")
    again = in_process("reproduce", run.id, "--root", str(root), cores=cores)
    assert again.returncode == 0, again.stdout + again.stderr
    assert f"trains with 1 thread, as the run was, on {len(cores)} cores of this machine" in again.stdout
    assert "figures agree to the last digit" in again.stdout
    assert "cores:" not in again.stdout and "device:" not in again.stdout


def test_a_finished_run_is_read_back_without_tensorflow(train, root):
    lines(train("-e", "small", "--seed", "0"))
    code = (f"import sys; from pathlib import Path; from auxiliary.commands.train import train_experiment; "
            f"train_experiment({str(root / 'profile.yaml')!r}, {{}}, 'small', 0, Path({str(root)!r})); "
            f"print('tensorflow' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    line, loaded = done.stdout.splitlines()
    assert line.endswith("(read back)") and loaded == "False"
