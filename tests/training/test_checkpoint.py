"""An interrupted run goes on as if nothing had happened; real kills are in tests/kills."""

import shutil
from functools import partial
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pandas as pd
import pytest

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.runs.run import Run
from auxiliary.training import callbacks
from auxiliary.training.checkpoint import ENVIRONMENT, Checkpoint, breaks, resume
from auxiliary.training.job import Job
from auxiliary.training.train import train_and_evaluate
from tests.interruption import PowerCut, interrupt_after


@pytest.fixture
def cut(monkeypatch):
    """Interrupts every training once it has saved so many epochs: `cut(2)`; `cut(None)` none."""
    return partial(interrupt_after, monkeypatch)


def figures(run) -> str:
    """A result without its times, as text: NaN equals NaN."""
    return run.result.model_dump_json(exclude={"run_id", "finished_at", "train_seconds", "images_per_second"})


@pytest.mark.parametrize(("key", "settings", "cuts"), [
    ("small", {"optimizer": "adam", "schedule": "onecycle", "augment": "flip | shift(0.1)"}, [1, 3]),
    ("small", {"optimizer": "rmsprop", "patience": 3, "class_weight": "balanced"}, [3]),
    ("frozen", {"optimizer": "sgd(0.9, nesterov=True, weight_decay=0.01)", "averaging": "lookahead(3)"}, [3]),
    ("tuned", {"optimizer": "adamw(0.05)", "schedule": "flat_cosine(warmup=1)", "averaging": "ema(0.9)",
               "augment": "flip | mixup(0.2)", "label_smoothing": 0.1, "patience": 2}, [3]),
])
def test_an_interrupted_run_ends_with_the_figures_of_an_uninterrupted_one(
    make_project, cut, capsys, key, settings, cuts
):
    whole, broken = make_project(epochs=4, **settings), make_project(epochs=4, **settings)
    expected = train_and_evaluate(whole.experiments[key], whole)
    if parent := Job(whole.experiments[key], 0, whole).parent:
        shutil.copytree(parent.run.folder, broken.paths.models / parent.run.id)
    for after in cuts:
        cut(after)
        with pytest.raises(PowerCut):
            train_and_evaluate(broken.experiments[key], broken)
    kept = Checkpoint.load(Job(broken.experiments[key], 0, broken).run.checkpoint).history
    cut(None)
    run = train_and_evaluate(broken.experiments[key], broken)

    assert "goes on after epoch 3 of 4" in capsys.readouterr().out
    assert figures(run) == figures(expected)
    pd.testing.assert_frame_equal(run.history.drop(columns="seconds"), expected.history.drop(columns="seconds"))
    pd.testing.assert_frame_equal(run.predictions, expected.predictions)
    # Their very times came back: the epochs were not trained again.
    own = run.history[run.history["phase"] == "own"]["seconds"]
    assert own.tolist()[:3] == kept["seconds"].tolist()
    assert run.result.train_seconds >= kept["seconds"].sum()
    assert not run.checkpoint.exists()
    assert [told["epoch"] for told in run.recipe["breaks"]] == cuts


def test_a_run_that_had_trained_all_its_epochs_trains_no_more(make_project, cut):
    whole, broken = make_project(), make_project()
    expected = train_and_evaluate(whole.experiments["small"], whole)
    cut(2)
    with pytest.raises(PowerCut):
        train_and_evaluate(broken.experiments["small"], broken)
    cut(None)
    assert figures(train_and_evaluate(broken.experiments["small"], broken)) == figures(expected)


def test_a_run_that_had_stopped_by_itself_trains_no_more(make_project, cut):
    # At such a rate the loss soon rises.
    settings = {"learning_rate": 3.0, "patience": 1, "epochs": 30}
    whole, broken = make_project(**settings), make_project(**settings)
    expected = train_and_evaluate(whole.experiments["small"], whole)
    epochs = expected.result.epochs
    assert epochs < 30
    cut(epochs)
    with pytest.raises(PowerCut):
        train_and_evaluate(broken.experiments["small"], broken)
    cut(None)
    assert figures(train_and_evaluate(broken.experiments["small"], broken)) == figures(expected)


def test_a_damaged_checkpoint_is_named_and_the_run_starts_from_the_beginning(make_project, cut, capsys):
    project = make_project()
    cut(1)
    with pytest.raises(PowerCut):
        train_and_evaluate(project.experiments["small"], project)
    checkpoint = Job(project.experiments["small"], 0, project).run.checkpoint
    checkpoint.write_bytes(checkpoint.read_bytes()[:-100])
    cut(None)
    run = train_and_evaluate(project.experiments["small"], project)
    assert f"starts from the beginning because the checkpoint {checkpoint} is damaged" in capsys.readouterr().out
    assert run.result.epochs == 2
    assert run.recipe["breaks"] == []


def test_other_versions_start_from_the_beginning(make_project, cut, capsys, monkeypatch):
    project = make_project()
    with monkeypatch.context() as patch:
        patch.setattr(runtime, "versions", lambda: {"python": "3.0", "tensorflow": "1.0", "keras": "1.0"})
        cut(1)
        with pytest.raises(PowerCut):
            train_and_evaluate(project.experiments["small"], project)
    checkpoint = Job(project.experiments["small"], 0, project).run.checkpoint
    assert checkpoint.is_file()
    # Interrupted again before its first epoch is done: the old checkpoint must not come back.
    cut(0)
    with monkeypatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(callbacks.HistoryWriter, "on_epoch_begin", Mock(side_effect=PowerCut))
        train_and_evaluate(project.experiments["small"], project)
    assert not checkpoint.exists()
    cut(None)
    assert train_and_evaluate(project.experiments["small"], project).result.epochs == 2
    assert "starts from the beginning because these have changed: versions" in capsys.readouterr().out


def test_what_a_killed_run_left_behind_goes_when_it_is_read_back(make_project):
    project = make_project()
    run = train_and_evaluate(project.experiments["untrained"], project)
    run.checkpoint.write_bytes(b"")
    train_and_evaluate(project.experiments["untrained"], project)
    assert not run.checkpoint.exists()


RECIPE = {"commit": "0123456789ab", "breaks": [], **dict.fromkeys(ENVIRONMENT, "same")}


@pytest.fixture
def saved(tmp_path) -> Checkpoint:
    """A checkpoint of the run `m-1`, which is also saved as `tmp_path / "m-1" / "checkpoint.npz"`."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape).astype("float32") for shape in ((3, 2), (), (12,))]
    history = pd.DataFrame({"epoch": [1, 2], "loss": rng.random(2), "val_loss": [0.1, np.nan]})
    checkpoint = Checkpoint("m-1", RECIPE, history, True, arrays * 4, arrays,
                            {"wait": 2, "best": 0.1, "best_epoch": 0}, arrays[:1])
    checkpoint.save(tmp_path / "m-1" / "checkpoint.npz")
    return checkpoint


def test_a_checkpoint_reads_back_to_the_last_digit(saved, tmp_path):
    loaded = Checkpoint.load(tmp_path / "m-1" / "checkpoint.npz")
    pd.testing.assert_frame_equal(loaded.history, saved.history, check_exact=True)
    for name in ("run", "recipe", "stopped", "patience", "epochs"):
        assert getattr(loaded, name) == getattr(saved, name)
    for name in ("weights", "optimizer", "best"):
        for ours, theirs in zip(getattr(loaded, name), getattr(saved, name), strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.usefixtures("saved")
def test_every_changed_byte_of_a_checkpoint_is_noticed(tmp_path):
    file = tmp_path / "m-1" / "checkpoint.npz"
    whole = file.read_bytes()
    damaged = [whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:] for place in range(0, len(whole), 7)]
    for content in (*damaged, whole[:-1], whole[:40], b"", whole + b"x", b"[]"):
        file.write_bytes(content)
        with pytest.raises(UserError, match=f"^the checkpoint {file} is damaged$"):
            Checkpoint.load(file)


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize(("run", "recipe", "answer"), [
    ("m-1", RECIPE, "goes on after epoch 2 of 9"),
    ("m-1", RECIPE | {"commit": "ba9876543210"}, "goes on after epoch 2 of 9"),
    ("m-1", RECIPE | {"device": "a GPU"}, "starts from the beginning because these have changed: device"),
    ("m-1", RECIPE | {"precision": "mixed_float16"}, "starts from the beginning because these have changed: precision"),
    ("m-2", RECIPE, "m-2/checkpoint.npz is that of m-1")])
def test_a_run_goes_on_from_no_checkpoint_but_its_own(tmp_path, capsys, run, recipe, answer):
    (tmp_path / "m-1").rename(tmp_path / run)
    job = SimpleNamespace(run=Run(tmp_path / run), label="m", experiment=SimpleNamespace(epochs=9))
    checkpoint = resume(job, recipe)
    assert answer in capsys.readouterr().out
    assert bool(checkpoint) == job.run.checkpoint.exists() == answer.startswith("goes on")
    # What trained until then is told by the checkpoint, whatever lies beside it.
    assert breaks(checkpoint) == ([{"epoch": 2, "commit": RECIPE["commit"]}] if checkpoint else [])
