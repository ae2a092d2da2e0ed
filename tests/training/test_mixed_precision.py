"""Training in 16 bits, here on a CPU, keeps the promises that it keeps in float32."""

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.core import runtime
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.training import fit
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.job import Job
from auxiliary.training.train import train_and_evaluate

VIEWS = """\
  - {model_id: views, parent: small, learning_rate: 0.01, epochs: 0, tta: augmented(2), augment: flip | shift(0.3)}
"""
FROZEN = """\
  - {model_id: frozen_views, backbone: Tiny, image_size: 32, head: gap | dense(4), learning_rate: 0.01, epochs: 3,
     augment: flip | shift(0.2), views: 2}
  - {model_id: tuned_views, backbone: Tiny, weights: random, image_size: 32, head: gap | dense(4), tune_last: 1,
     learning_rate: 0.01, epochs: 3, augment: flip | shift(0.2), views: 2}
"""


class PowerCut(Exception):
    """What interrupts a training."""


@pytest.fixture(scope="module", autouse=True, params=["mixed_bfloat16", "mixed_float16"])
def precision(runs_in_float32, request):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "cpu_precision", lambda _: request.param)
        yield request.param


@pytest.fixture(scope="module")
def project(make_project, precision):
    return make_project(edit=("transfer:\n", f"{VIEWS}transfer:\n{FROZEN}"))


def interrupt(job: Job, after: int) -> None:
    """Train a job, and interrupt it once it has saved so many epochs."""
    save = fit.CheckpointWriter.on_epoch_end

    def on_epoch_end(self, epoch, logs=None):
        save(self, epoch, logs)
        if epoch + 1 == after:
            raise PowerCut

    with pytest.MonkeyPatch.context() as patch, pytest.raises(PowerCut):
        patch.setattr(fit.CheckpointWriter, "on_epoch_end", on_epoch_end)
        train_and_evaluate(job.experiment, job.project)
    assert job.run.checkpoint.is_file()


@pytest.mark.parametrize("key", ["small", "frozen_views", "tuned_views"])
def test_an_interrupted_run_ends_with_the_figures_of_an_uninterrupted_one(project, make_project, key, precision):
    expected = train_and_evaluate(project.experiments[key], project)
    other = make_project(edit=("transfer:\n", f"{VIEWS}transfer:\n{FROZEN}"))
    interrupt(Job(other.experiments[key], 0, other), after=1)
    run = train_and_evaluate(other.experiments[key], other)
    assert run.recipe["precision"] == run.result.precision == precision
    assert [each["epoch"] for each in run.recipe["breaks"]] == [1]
    pd.testing.assert_frame_equal(run.history.drop(columns="seconds"), expected.history.drop(columns="seconds"))
    pd.testing.assert_frame_equal(run.predictions, expected.predictions)


def test_predictions_with_tta_are_the_mean_over_the_views(project):
    predictions = train_and_evaluate(project.experiments["views"], project).predictions.filter(like="p:").to_numpy()
    model = keras.saving.load_model(Job(project.experiments["small"], 0, project).run.model)
    views = []
    for view in range(2):
        images = mk_tf_dataset(project.test, shuffle=False, augment="flip | shift(0.3)", batch_size=8, first_epoch=view)
        views.append(np.concatenate([model.predict_on_batch(batch) for batch, _ in images]))
    assert np.abs(views[0] - views[1]).max() > 1e-3
    # bfloat16 has 8 significant bits, float16 has 11.
    np.testing.assert_allclose(predictions, np.mean(views, axis=0), atol=1e-2)


def test_early_stopping_keeps_the_weights_of_the_lowest_validation_loss_and_resumes(make_project):
    # At such a rate the loss soon rises.
    settings = {"learning_rate": 3.0, "patience": 2, "epochs": 30}
    whole, broken = make_project(**settings), make_project(**settings)
    expected = train_and_evaluate(whole.experiments["small"], whole)
    losses = expected.history["val_loss"]
    assert len(losses) == losses.argmin() + 1 + 2 < 30
    assert expected.result.val_loss == pytest.approx(losses.min(), rel=2e-2)
    interrupt(Job(broken.experiments["small"], 0, broken), after=len(losses) - 1)
    run = train_and_evaluate(broken.experiments["small"], broken)
    pd.testing.assert_frame_equal(run.history.drop(columns="seconds"), expected.history.drop(columns="seconds"))
    pd.testing.assert_frame_equal(run.predictions, expected.predictions)


class SensitiveScaling(keras.optimizers.LossScaleOptimizer):
    """Loss scaling as in Keras, but the first gradients overflow, and the scale rises after every second step."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options, initial_scale=2.0**20, dynamic_growth_steps=2)


def test_steps_that_overflow_are_passed_over_and_the_scale_is_resumed(make_project, precision, monkeypatch):
    if precision != "mixed_float16":
        pytest.skip("only float16 needs loss scaling")
    monkeypatch.setattr("keras.src.trainers.trainer.LossScaleOptimizer", SensitiveScaling)
    whole, broken = make_project(), make_project()
    expected = train_and_evaluate(whole.experiments["small"], whole)
    job = Job(broken.experiments["small"], 0, broken)
    interrupt(job, after=1)
    # The loss-scaling optimiser's own variables are its learning rate, its steps, and these two.
    counter, scale = (Checkpoint.load(job.run.checkpoint).optimizer[number] for number in (2, 3))
    assert counter in (0, 1) and 0 < scale < 2.0**20
    run = train_and_evaluate(job.experiment, broken)
    assert not run.diverged
    pd.testing.assert_frame_equal(run.history.drop(columns="seconds"), expected.history.drop(columns="seconds"))
    pd.testing.assert_frame_equal(run.predictions, expected.predictions)
