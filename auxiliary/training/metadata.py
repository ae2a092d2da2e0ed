"""The records of a run: its recipe, which says what it was made with, and its row of `results.csv`."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import pandas as pd

from auxiliary.config.experiment import Experiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.duplicates import has_duplicate_in
from auxiliary.data.processing.manifest import head_span, read_head
from auxiliary.evaluation.metrics import scores
from auxiliary.networks.backbones import tuned_layers
from auxiliary.networks.hub_names import presets_of
from auxiliary.networks.summary import count_parameters
from auxiliary.runs.code import code_fingerprint
from auxiliary.runs.result import NOT_DETERMINISTIC, REFIT, Result
from auxiliary.training.fit import Fitted
from auxiliary.training.identity import PIPELINE
from auxiliary.training.job import Job
from auxiliary.training.setup import TrainingSetup


def make_recipe(job: Job, machine: runtime.Machine) -> dict[str, Any]:
    """Everything that a run is made with, as JSON values: enough to reproduce it.

    That is: the resolved experiment, the parent run or the members of an ensemble, data, machine and settings,
    versions, code.

    Args:
        job: what is trained.
        machine: what trains it.

    Raises:
        UserError: when the images are not, or no longer, split as the profile says.
    """
    project = job.project
    return {
        "experiment": job.experiment.model_dump(mode="json"),
        "seed": job.seed,
        "parent": job.parent.run.id if job.parent else None,
        "members": [] if job.parent else [member.run.id for member in job.needed],
        "pipeline": PIPELINE,
        "dataset": project.paths.dataset,
        "image_size": project.paths.image_size,
        "split": project.profile.split.model_dump(mode="json"),
        "split_rule": project.split_rule,
        "categories": project.categories,
        "span": head_span(read_head(project.paths.images)),
        "images": {
            split: {"count": len(getattr(project, split)), "fingerprint": fingerprint}
            for split, fingerprint in project.fingerprints.items()
        },
        "device": machine.device,
        "precision": machine.precision,
        "settings": runtime.settings(),
        "versions": runtime.versions() | _hub_version(job.experiment),
        "commit": runtime.commit(),
        "code": code_fingerprint(),
    }


def _hub_version(experiment: Experiment) -> dict[str, str]:
    """The version of KerasHub, which names those of its presets' weights; empty where none is used."""
    return {"keras-hub": version("keras-hub")} if presets_of(getattr(experiment, "backbone", "")) else {}


def make_result(job: Job, setup: TrainingSetup, fitted: Fitted, predictions: Mapping[str, pd.DataFrame]) -> Result:
    """A run's row of `results.csv`.

    Args:
        job: what was trained; its run has a recipe and a history.
        setup: the trained models.
        fitted: the training.
        predictions: the model's predictions of the images of `val` and `test`.
    """
    return _result(job, fitted, _size(job, setup) | _figures(job, fitted, predictions))


def make_ensemble_result(job: Job, fitted: Fitted, predictions: Mapping[str, pd.DataFrame]) -> Result:
    """The row of an ensemble, of which nothing was trained; arguments as in `make_result`."""
    size = {"parameters": sum(member.run.result.parameters for member in job.needed), "trainable_parameters": 0}
    return _result(job, fitted, size | _figures(job, fitted, predictions))


def _figures(job: Job, fitted: Fitted, predictions: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    return _training(job.train, fitted) | _evaluation(job, predictions)


def make_diverged(job: Job, setup: TrainingSetup, fitted: Fitted, diverged: str) -> Result:
    """The row of a run that diverged: without accuracies and losses.

    Args:
        job: what was trained; its run has a recipe and a history.
        setup: its models.
        fitted: the training.
        diverged: where it diverged, such as `in epoch 3`.
    """
    project, unknown = job.project, dict.fromkeys(FIGURES, math.nan)
    val_images = 0 if job.experiment.refit else len(project.val)
    return _result(job, fitted, unknown | _size(job, setup) | {
        "diverged": diverged, "epochs": len(fitted.history), "train_images": len(job.train),
        "val_images": val_images, "test_images": len(project.test),
        "test_duplicates": int(has_duplicate_in(job.images, project.test).sum())})


# What is not known of a run that diverged.
FIGURES = ("acc_train", "train_loss", "images_per_second", "val_accuracy", "val_loss", "accuracy", "accuracy_low",
           "accuracy_high", "test_loss", "macro_f1", "ece", "accuracy_without_duplicates")


def _result(job: Job, fitted: Fitted, figures: Mapping[str, Any]) -> Result:
    now, project = datetime.now(UTC), job.project
    return Result(
        **_settings(job.experiment, job.seed),
        learning_rate=job.learning_rate,
        **figures,
        **_environment(job.run.recipe),
        dataset=project.paths.dataset,
        images_hash=project.images_hash,
        split_rule=project.split_rule,
        classes=len(project.categories),
        epochs_total=len(job.run.history),
        train_seconds=round(fitted.seconds, 2),
        config_hash=job.config_hash,
        run_id=f"{job.run.id}-{now:%Y%m%dT%H%M%S}",
        finished_at=now,
    )


def _size(job: Job, setup: TrainingSetup) -> dict[str, int]:
    """What follows from the models: numbers of weights, and of the views that were made once."""
    trainable = count_parameters(setup.model.trainable_weights) if job.experiment.trains else 0
    views = job.experiment.used_views if setup.extractor and job.experiment.augment else 0
    return {"parameters": setup.model.count_params(), "trainable_parameters": trainable, "views": views}


# Fields of an experiment that are columns of the same name.
SAME_NAME = ("model_id", "key", "stage", "optimizer", "schedule", "label_smoothing",
             "sampling", "image_size", "batch_size", "augment", "patience", "tta", "network")


def _settings(experiment: Experiment, seed: int) -> dict[str, Any]:
    published = experiment.published_with(seed)
    return {name: getattr(experiment, name) for name in SAME_NAME} | {
        "seed": seed,
        "deterministic": "" if experiment.deterministic else NOT_DETERMINISTIC,
        "class_weight": "" if experiment.class_weight == "none" else experiment.class_weight,
        "sizes": getattr(experiment, "trained_sizes", ""),
        "parent": experiment.parent or "",
        "refit": REFIT if experiment.refit else "",
        "averaging": experiment.averaging,
        "backbone": getattr(experiment, "backbone", ""),
        "weights": getattr(experiment, "weights", ""),
        "tune_last": _tuned(experiment),
        "published_accuracy": math.nan if published is None else published,
    }


def _training(train: pd.DataFrame, fitted: Fitted) -> dict[str, Any]:
    """The figures of the training images; NaN where nothing was trained."""
    return {
        "epochs": len(fitted.history), "acc_train": fitted.last["accuracy"], "train_loss": fitted.last["loss"],
        "train_images": len(train), "images_per_second": _speed(train, fitted.history),
    }


def _evaluation(job: Job, predictions: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The scores of the predictions, also on the test images without a near-duplicate in the training set."""
    val, test = predictions["val"], predictions["test"]
    on_val, on_test = scores(val), scores(test)
    validated = {"val_accuracy": on_val.accuracy, "val_loss": on_val.loss, "val_images": len(val)}
    if job.experiment.refit:
        # The predictions are its parent's.
        validated = {"val_accuracy": math.nan, "val_loss": math.nan, "val_images": 0}
    # Predictions are in the order of the table.
    apart = test[~has_duplicate_in(job.images, job.project.test).to_numpy()]
    return validated | {
        "accuracy": on_test.accuracy, "accuracy_low": on_test.accuracy_low, "accuracy_high": on_test.accuracy_high,
        "test_loss": on_test.loss, "macro_f1": on_test.macro_f1, "ece": on_test.ece, "test_images": len(test),
        "test_duplicates": len(test) - len(apart),
        "accuracy_without_duplicates": scores(apart).accuracy if len(apart) else math.nan,
    }


def _environment(recipe: dict[str, Any]) -> dict[str, Any]:
    """Machine, code and versions."""
    return ({name: recipe[name] for name in ("device", "precision", "commit")}
            | {name: recipe["versions"][name] for name in ("python", "tensorflow", "keras")})


def _speed(train: pd.DataFrame, history: pd.DataFrame) -> float:
    seconds = history["seconds"].sum()
    return round(len(train) * len(history) / seconds, 1) if seconds else math.nan


def _tuned(experiment: Experiment) -> int:
    return tuned_layers(experiment.backbone, experiment.tune_last) if isinstance(experiment, TransferExperiment) else 0
