"""`--retrain`: finished runs are trained anew, and the old ones stay whole until the new ones are finished."""

import signal

import pytest

from auxiliary.data.splitting.split_record import RECORD
from auxiliary.runs import code
from auxiliary.runs.replacement import is_replaced, replacement
from auxiliary.runs.results_csv import read_results
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.retrain import retrain_later
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all
from tests.forks import FORKS
from tests.interruption import retrain_until_killed
from tests.training.conftest import copy_of
from tests.training.test_train import figures


def times(project, *keys: str) -> list:
    """When the runs of some experiments finished."""
    return [Job(project.experiments[key], 0, project).run.result.finished_at for key in keys]


def later(before: list, after: list) -> list[bool]:
    return [one < other for one, other in zip(before, after, strict=True)]


@pytest.fixture(scope="module")
def trained(make_project):
    project = make_project()
    train_all(project.profile.scratch, project)
    return project


@pytest.fixture
def project(trained, tmp_path):
    """A parent, its child and a third experiment, all trained: a copy."""
    return copy_of(trained, tmp_path)


KEYS = ("small", "small_on", "untrained")


def test_a_run_and_its_children_are_trained_anew_with_the_same_figures(project, capsys):
    small = Job(project.experiments["small"], 0, project).run
    before, result = times(project, *KEYS), figures(small)
    capsys.readouterr()
    runs = train_all(project.profile.scratch[:1], project, retrain=True)
    assert later(before, times(project, *KEYS)) == [True, True, False]
    assert figures(small) == result
    # The child was not asked for, but its parent has changed.
    assert [run.result.key for run in runs] == ["small", "small_on"]
    assert capsys.readouterr().out.count("s of training)") == 2
    assert read_results(project.paths.results)["key"].tolist().count("small") == 2
    assert sorted(path.name for path in project.paths.models.iterdir() if not path.name.endswith(".lock")) == sorted(
        Job(project.experiments[key], 0, project).run.id for key in KEYS)


def test_a_child_is_trained_anew_alone_unless_other_code_trained_its_parent(project, monkeypatch, capsys):
    before = times(project, *KEYS)
    train_all(project.profile.scratch[1:2], project, retrain=True)
    middle = times(project, *KEYS)
    assert later(before, middle) == [False, True, False]
    monkeypatch.setattr(code, "code_fingerprint", lambda: "h0123456789ab")
    capsys.readouterr()
    train_all(project.profile.scratch[1:2], project)
    assert "(read back; trained by other code, commit " in (said := capsys.readouterr().out)
    assert said.endswith(": `--retrain` trains it anew)\n")
    train_all(project.profile.scratch[1:2], project, retrain=True)
    assert later(middle, times(project, *KEYS)) == [True, True, False]


def test_killed_it_leaves_the_old_runs_and_the_same_command_goes_on(project, capsys):
    before, root = times(project, *KEYS), project.paths.root
    process = FORKS.Process(target=retrain_until_killed, args=(root / "profile.yaml", root))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    small, child, _ = (Job(project.experiments[key], 0, project).run for key in KEYS)
    for run in (small, child):
        assert is_replaced(run)
        run.check()
    assert times(project, *KEYS) == before
    epoch = Checkpoint.load(replacement(small).checkpoint).history["seconds"].tolist()
    # The old one is also what a reader of the results gets.
    assert read_results(project.paths.results)["run_id"].is_unique

    train_all(project.profile.scratch, project, retrain=True)
    assert "goes on after epoch 1 of 2" in (said := capsys.readouterr().out) and "goes on with small, small_on" in said
    assert small.history["seconds"].tolist()[:1] == epoch
    assert later(before, times(project, *KEYS)) == [True, True, True]
    assert not is_replaced(small) and not is_replaced(child)


def test_what_is_to_be_trained_anew_is_trained_by_whoever_comes_next(project):
    before = times(project, *KEYS)
    retrain_later(jobs_of(project.profile.scratch[:1], project), project)
    train_and_evaluate(project.experiments["small_on"], project)
    assert later(before, times(project, *KEYS)) == [True, True, False]


def test_without_images_there_is_nothing_to_train_anew(project):
    run = Job(project.experiments["small"], 0, project).run
    (project.paths.tables / RECORD).unlink()
    retrain_later(jobs_of(project.profile.scratch, project), project)
    assert not is_replaced(run)
