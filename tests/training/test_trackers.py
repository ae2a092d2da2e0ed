"""Runs logged to TensorBoard and MLflow, also those that were interrupted, read back, and trained anew."""

import importlib.util
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.util.event_pb2 import Event

from auxiliary.core.trackers import MLFLOW, TENSORBOARD, TRACKERS, VARIABLE
from auxiliary.runs.run import Run
from auxiliary.training.job import Job
from auxiliary.training.trackers.trackers import Trackers
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all
from tests.interruption import train_until_a_power_cut

Curve = list[tuple[int, float]]
# MLflow 3.17 uses what SQLAlchemy 2.1 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:DeprecationWarning")
INSTALLED = [name for name, packages in TRACKERS.items() if all(map(importlib.util.find_spec, packages))]


def curves(run: Run, name: str) -> dict[str, Curve]:
    """The curves in a folder of events, each as steps and values in the order of the file."""
    found: dict[str, Curve] = {}
    for file in sorted((run.folder / "tensorboard" / name).iterdir()):
        for record in tf.data.TFRecordDataset(str(file)).as_numpy_iterator():
            event = Event.FromString(record)
            for value in event.summary.value:
                found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def curve(run: Run, column: str) -> Curve:
    """A column of a run's own history, in the digits that TensorBoard has."""
    own = run.history.query("phase == 'own'")
    return [(int(epoch), float(np.float32(value))) for epoch, value in zip(own["epoch"], own[column], strict=True)]


def figures(run: Run) -> str:
    return run.result.model_dump_json(exclude={"run_id", "finished_at", "train_seconds", "images_per_second"})


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(epochs=3)


@pytest.fixture(scope="module")
def small(project):
    """Interrupted after its first epoch, then trained to its end; logged to all trackers that are installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, ",".join(INSTALLED))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        train_until_a_power_cut(patch, project, "small")
        return train_and_evaluate(project.experiments["small"], project)


def test_tensorboard_has_every_epoch_once_after_an_interruption(small):
    assert curves(small, "train") == {f"epoch_{name}": curve(small, name)
                                      for name in ("accuracy", "loss", "learning_rate", "seconds")}
    assert curves(small, "validation") == {f"epoch_{name}": curve(small, f"val_{name}")
                                           for name in ("accuracy", "loss")}
    assert curves(small, "end")["accuracy"] == [(3, float(np.float32(small.result.accuracy)))]


def test_tensorboard_itself_reads_them(small):
    pytest.importorskip("tensorboard", reason="the extra `tensorboard` is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(small.folder / "tensorboard" / "validation"))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("epoch_loss")] == curve(small, "val_loss")


def test_trackers_change_no_figure_and_a_run_stays_whole(small, make_project):
    small.check()
    other = make_project(epochs=3)
    plain = train_and_evaluate(other.experiments["small"], other)
    assert (small.id, figures(small)) == (plain.id, figures(plain))
    assert not (plain.folder / "tensorboard").exists() and not (other.paths.root / "mlruns").exists()


def test_a_run_trained_before_is_logged_when_it_is_read_back_and_once(make_project, monkeypatch):
    project = make_project()
    experiments = tuple(project.experiments[key] for key in ("small", "frozen"))
    train_all(experiments, project)
    monkeypatch.setenv(VARIABLE, TENSORBOARD)
    runs = train_all(experiments, project)
    before = files(project.paths.models)
    train_all(experiments, project)
    assert files(project.paths.models) == before
    assert [curves(run, "validation")["epoch_loss"] for run in runs] == [curve(run, "val_loss") for run in runs]
    # The curves of the old run go with it.
    again, = train_all(experiments[:1], project, retrain=True)
    assert curves(again, "train")["epoch_loss"] == curve(again, "loss")
    assert set(curves(again, "end")) >= {"accuracy", "ece"}


def test_a_tracker_that_fails_is_left_out_and_the_others_go_on(small, capsys):
    away = ConnectionError("the server is away\nand more")
    broken, working = Mock(**{"epochs.side_effect": away, "finished.side_effect": away}), Mock()
    trackers = Trackers({"broken": broken, "working": working})
    trackers.watch(small)(small.history)
    trackers.finished(small)
    assert working.epochs.call_count == 1 and not broken.finished.called
    working.finished.assert_called_once_with(small)
    told = capsys.readouterr().out
    assert told.count("--log broken: nothing more is logged, because this failed: the server is away. Training") == 1


@pytest.fixture
def logged(small, project):
    """The MLflow runs of the root, and a client for them."""
    if MLFLOW not in INSTALLED:
        pytest.skip("the extra `mlflow` is not installed")
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{project.paths.root / 'mlruns' / 'mlflow.db'}")
    return client, lambda: client.search_runs([client.get_experiment_by_name("colours").experiment_id])


def test_mlflow_has_one_run_with_every_epoch_once(small, logged, project):
    client, runs = logged
    run, = runs()
    assert (run.info.status, run.info.run_name) == ("FINISHED", "small (seed 0)")
    for column in ("accuracy", "loss", "val_accuracy", "val_loss", "learning_rate"):
        found = [(figure.step, float(np.float32(figure.value)))
                 for figure in client.get_metric_history(run.info.run_id, column)]
        assert found == curve(small, column)
    assert run.data.metrics["result/accuracy"] == small.result.accuracy
    assert (run.data.params["net"], run.data.params["train_images"]) == (project.experiments["small"].net, "42")
    assert run.info.artifact_uri.startswith((project.paths.root / "mlruns" / "artifacts" / "colours").as_uri())
    assert [file.path for file in client.list_artifacts(run.info.run_id, "model")] == ["model/model.keras"]
    assert {"curves.png", "history.csv", "predictions-test.csv"} < {
        file.path for file in client.list_artifacts(run.info.run_id)}


def test_mlflow_gets_no_run_twice_but_each_seed_and_each_training(small, logged, project, monkeypatch):
    _, runs = logged
    monkeypatch.setenv(VARIABLE, MLFLOW)
    train_and_evaluate(project.experiments["small"], project)
    assert len(runs()) == 1
    train_and_evaluate(project.experiments["small"], project, seed=1)
    train_all((project.experiments["small"],), project, retrain=True)
    assert sorted(run.info.run_name for run in runs()) == ["small (seed 0)", "small (seed 0)", "small (seed 1)"]
    assert {run.info.status for run in runs()} == {"FINISHED"}
    assert len({run.data.tags["auxiliary.run_id"] for run in runs()}) == 3


def test_mlflow_begins_a_new_run_where_training_began_anew(logged, project, monkeypatch, capsys):
    _, runs = logged
    monkeypatch.setenv(VARIABLE, MLFLOW)
    train_until_a_power_cut(monkeypatch, project, "small_on")
    job = Job(project.experiments["small_on"], 0, project)
    job.run.checkpoint.write_bytes(b"damaged")
    train_and_evaluate(project.experiments["small_on"], project)
    assert "starts from the beginning" in capsys.readouterr().out
    found = {run.info.status for run in runs() if run.info.run_name == "small_on (seed 0)"}
    assert found == {"KILLED", "FINISHED"}
