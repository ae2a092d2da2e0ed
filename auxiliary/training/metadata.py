"""What is written down about a run: what it was made with, and its row of `results.csv`."""

import math
from datetime import UTC, datetime
from typing import Any

import keras
import pandas as pd

from auxiliary.config.profile import Experiment, TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.duplicates import has_duplicate_in
from auxiliary.evaluation.metrics import scores
from auxiliary.networks.backbones import tuned_layers
from auxiliary.networks.summary import count_parameters
from auxiliary.project.project import Project
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run
from auxiliary.training.identity import PIPELINE, find_run, fingerprint


def make_recipe(experiment: Experiment, seed: int, project: Project, machine: runtime.Machine) -> dict[str, Any]:
    """What a run is made with, and all that it takes to repeat it, as JSON values.

    That is: resolved parameters, the run that it goes on from, data, machine and settings, versions, code.

    Raises:
        UserError: when the images are not, or no longer, divided as the profile says.
    """
    return {
        "experiment": experiment.model_dump(mode="json"),
        "seed": seed,
        "parent": find_run(project.experiments[experiment.parent], project, seed).id if experiment.parent else None,
        "pipeline": PIPELINE,
        "dataset": project.paths.dataset,
        "split": project.profile.split.model_dump(mode="json"),
        "division": project.split_rule,
        "categories": project.categories,
        "images": {
            part: {"count": len(getattr(project, part)), "fingerprint": fingerprint}
            for part, fingerprint in project.fingerprints.items()
        },
        "device": machine.device,
        "precision": machine.precision,
        "settings": runtime.settings(),
        "versions": runtime.versions(),
        "commit": runtime.commit(),
    }


def make_result(experiment: Experiment, seed: int, project: Project, run: Run, model: keras.Model,
                frame: pd.DataFrame, history: pd.DataFrame, seconds: float, val: pd.DataFrame,
                test: pd.DataFrame) -> Result:
    """The run's row of `results.csv`.

    Args:
        row: what was trained.
        seed: its seed.
        project: the open profile.
        run: the run, its recipe and history saved.
        model: the trained model.
        frame: the sampled training images.
        history: a row an epoch of this run.
        seconds: wall-clock time of training.
        val: what the model says of the validation images.
        test: what it says of the test images.
    """
    now = datetime.now(UTC)
    return Result(
        **_settings(experiment, seed),
        **_training(frame, history),
        **_evaluation(project, val, test),
        **_surroundings(run.recipe),
        dataset=project.paths.dataset,
        images_hash=project.images_hash,
        split_rule=project.split_rule,
        classes=len(project.categories),
        parameters=model.count_params(),
        trainable_parameters=count_parameters(model.trainable_weights) if experiment.epochs else 0,
        epochs_total=len(run.history),
        train_seconds=round(seconds, 2),
        config_hash=fingerprint(experiment, None, project),
        run_id=f"{run.id}-{now:%Y%m%dT%H%M%S}",
        finished_at=now,
    )


def _settings(experiment: Experiment, seed: int) -> dict[str, Any]:
    """What the profile says of the run."""
    return {
        "model_id": experiment.model_id,
        "key": experiment.key,
        "stage": experiment.stage,
        "seed": seed,
        "parent": experiment.parent or "",
        "learning_rate": experiment.learning_rate,
        "optimizer": experiment.optimizer,
        "schedule": experiment.schedule,
        "sampling": experiment.sampling,
        "image_size": experiment.image_size,
        "batch_size": experiment.batch_size,
        "augment": experiment.augment,
        "patience": experiment.patience,
        "tta": experiment.tta,
        "network": experiment.network,
        "backbone": getattr(experiment, "backbone", ""),
        "weights": getattr(experiment, "weights", ""),
        "tune_last": _tuned(experiment),
        "published_accuracy": _number(experiment.published_with(seed)),
    }


def _training(frame: pd.DataFrame, history: pd.DataFrame) -> dict[str, Any]:
    """What came of the training images; nothing is known of their accuracy where nothing was trained."""
    last = history.iloc[-1] if len(history) else {"accuracy": math.nan, "loss": math.nan}
    return {
        "epochs": len(history), "acc_train": last["accuracy"], "train_loss": last["loss"],
        "train_images": len(frame), "images_per_second": _speed(frame, history),
    }


def _evaluation(project: Project, val: pd.DataFrame, test: pd.DataFrame) -> dict[str, Any]:
    """How good the predictions are, on the test images without a near-duplicate in training too."""
    on_val, on_test = scores(val), scores(test)
    # Predictions are in the order of the table.
    apart = test[~has_duplicate_in(project.train, project.test).to_numpy()]
    return {
        "val_accuracy": on_val.accuracy, "val_loss": on_val.loss, "val_images": len(val),
        "accuracy": on_test.accuracy, "accuracy_low": on_test.accuracy_low, "accuracy_high": on_test.accuracy_high,
        "test_loss": on_test.loss, "macro_f1": on_test.macro_f1, "ece": on_test.ece, "test_images": len(test),
        "test_duplicates": len(test) - len(apart),
        "accuracy_without_duplicates": scores(apart).accuracy if len(apart) else math.nan,
    }


def _surroundings(recipe: dict[str, Any]) -> dict[str, Any]:
    """Where and by what the run was made."""
    return ({name: recipe[name] for name in ("device", "precision", "commit")}
            | {name: recipe["versions"][name] for name in ("python", "tensorflow", "keras")})


def _speed(frame: pd.DataFrame, history: pd.DataFrame) -> float:
    seconds = history["seconds"].sum()
    return round(len(frame) * len(history) / seconds, 1) if seconds else math.nan


def _tuned(experiment: Experiment) -> int:
    return tuned_layers(experiment.backbone, experiment.tune_last) if isinstance(experiment, TransferExperiment) else 0


def _number(value: float | None) -> float:
    return math.nan if value is None else value
