"""What is written down about a run: what it was made with, and its row of `results.csv`."""

import math
from datetime import UTC, datetime
from typing import Any

import keras
import pandas as pd

from auxiliary import runtime
from auxiliary.config.profile import Row, TransferRow
from auxiliary.data.twins import in_train
from auxiliary.evaluation.columns import Result
from auxiliary.evaluation.metrics import scores
from auxiliary.lab import Lab
from auxiliary.networks.backbones import tuned_layers
from auxiliary.networks.summary import count
from auxiliary.training.identity import fingerprint
from auxiliary.training.pipeline import PIPELINE
from auxiliary.training.run_folder import Run
from auxiliary.training.train import find_run


def make_recipe(row: Row, seed: int, lab: Lab, machine: runtime.Machine) -> dict[str, Any]:
    """What a run is made with, and all that it takes to repeat it, as JSON values.

    That is: resolved parameters, the run that it goes on from, data, machine and settings, versions, code.

    Raises:
        UserError: when the pictures are not, or no longer, divided as the profile says.
    """
    return {
        "row": row.model_dump(mode="json"), "seed": seed,
        "parent": find_run(lab.all_rows[row.parent], lab, seed).id if row.parent else None, "pipeline": PIPELINE,
        "dataset": lab.paths.dataset, "split": lab.profile.split.model_dump(mode="json"), "division": lab.split,
        "categories": lab.categories,
        "pictures": {part: {"count": len(getattr(lab, part)), "fingerprint": fingerprint}
                     for part, fingerprint in lab.fingerprints.items()},
        "device": machine.device, "precision": machine.precision, "settings": runtime.settings(),
        "versions": runtime.versions(), "commit": runtime.commit(),
    }


def make_result(row: Row, seed: int, lab: Lab, run: Run, model: keras.Model,
                frame: pd.DataFrame, history: pd.DataFrame, seconds: float, val: pd.DataFrame,
                test: pd.DataFrame) -> Result:
    """The run's row of `results.csv`.

    Args:
        row: what was trained.
        seed: its seed.
        lab: the open profile.
        run: the run, its recipe and history saved.
        model: the trained model.
        frame: the sampled training pictures.
        history: a row an epoch of this run.
        seconds: wall-clock time of training.
        val: what the model says of the validation pictures.
        test: what it says of the test pictures.
    """
    now = datetime.now(UTC)
    return Result(
        **_settings(row, seed), **_training(frame, history), **_evaluation(lab, val, test), **_surroundings(run.recipe),
        dataset=lab.paths.dataset, data=lab.data, split=lab.split, classes=len(lab.categories),
        parameters=model.count_params(), trainable=count(model.trainable_weights) if row.epochs else 0,
        epochs_total=len(run.history), train_seconds=round(seconds, 2),
        experiment=fingerprint(row, None, lab), run=f"{run.id}-{now:%Y%m%dT%H%M%S}", time=now)


def _settings(row: Row, seed: int) -> dict[str, Any]:
    """What the profile says of the run."""
    return {
        "model_id": row.model_id, "key": row.key, "stage": row.stage, "seed": seed, "parent": row.parent or "",
        "learning_rate": row.learning_rate, "optimizer": row.optimizer, "schedule": row.schedule,
        "sampling": row.sampling, "image_size": row.image_size, "batch_size": row.batch_size,
        "augment": row.augment, "patience": row.patience, "tta": row.tta, "network": row.network,
        "backbone": getattr(row, "backbone", ""), "weights": getattr(row, "weights", ""), "tune_last": _tuned(row),
        "reported": _number(row.reported_with(seed)),
    }


def _training(frame: pd.DataFrame, history: pd.DataFrame) -> dict[str, Any]:
    """What came of the training pictures; nothing is known of their accuracy where nothing was trained."""
    last = history.iloc[-1] if len(history) else {"accuracy": math.nan, "loss": math.nan}
    return {
        "epochs": len(history), "acc_train": last["accuracy"], "loss_train": last["loss"],
        "train_pictures": len(frame), "pictures_per_second": _speed(frame, history),
    }


def _evaluation(lab: Lab, val: pd.DataFrame, test: pd.DataFrame) -> dict[str, Any]:
    """How good the predictions are, on the test pictures without a twin in training too."""
    on_val, on_test = scores(val), scores(test)
    # Predictions are in the order of the table.
    apart = test[~in_train(lab.train, lab.test).to_numpy()]
    return {
        "val_accuracy": on_val.accuracy, "val_loss": on_val.loss, "val_pictures": len(val),
        "accuracy": on_test.accuracy, "accuracy_low": on_test.accuracy_low, "accuracy_high": on_test.accuracy_high,
        "loss_test": on_test.loss, "macro_f1": on_test.macro_f1, "ece": on_test.ece, "test_pictures": len(test),
        "test_twins": len(test) - len(apart),
        "accuracy_without_twins": scores(apart).accuracy if len(apart) else math.nan,
    }


def _surroundings(recipe: dict[str, Any]) -> dict[str, Any]:
    """Where and by what the run was made."""
    return ({name: recipe[name] for name in ("device", "precision", "commit")}
            | {name: recipe["versions"][name] for name in ("python", "tensorflow", "keras")})


def _speed(frame: pd.DataFrame, history: pd.DataFrame) -> float:
    seconds = history["seconds"].sum()
    return round(len(frame) * len(history) / seconds, 1) if seconds else math.nan


def _tuned(row: Row) -> int:
    return tuned_layers(row.backbone, row.tune_last) if isinstance(row, TransferRow) else 0


def _number(value: float | None) -> float:
    return math.nan if value is None else value
