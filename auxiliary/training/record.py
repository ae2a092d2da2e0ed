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
    """
    return {
        "row": row.model_dump(mode="json"), "seed": seed,
        "parent": find_run(lab.all_rows[row.parent], lab, seed).id if row.parent else None, "pipeline": PIPELINE,
        "dataset": lab.paths.dataset, "split": lab.profile.split.model_dump(mode="json"), "categories": lab.categories,
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
    on_val, on_test = scores(val), scores(test)
    apart = test[~in_train(lab.train, lab.test).to_numpy()]
    now = datetime.now(UTC)
    last = history.iloc[-1] if len(history) else {"accuracy": math.nan, "loss": math.nan}
    recipe = run.recipe
    versions = recipe["versions"]
    return Result(
        model_id=row.model_id, key=row.key, learning_rate=row.learning_rate, epochs=len(history),
        acc_train=last["accuracy"], loss_train=last["loss"], accuracy=on_test.accuracy, loss_test=on_test.loss,
        val_accuracy=on_val.accuracy, val_loss=on_val.loss, macro_f1=on_test.macro_f1,
        accuracy_low=on_test.accuracy_low, accuracy_high=on_test.accuracy_high,
        dataset=lab.paths.dataset, data=lab.data, split=lab.split, classes=len(lab.categories),
        train_pictures=len(frame), val_pictures=len(val), test_pictures=len(test),
        test_twins=len(test) - len(apart), accuracy_without_twins=scores(apart).accuracy if len(apart) else math.nan,
        ece=on_test.ece,
        stage=row.stage, seed=seed, sampling=row.sampling, image_size=row.image_size, batch_size=row.batch_size,
        optimizer=row.optimizer, schedule=row.schedule, augment=row.augment,
        patience=row.patience, tta=row.tta, network=row.network,
        backbone=getattr(row, "backbone", ""), weights=getattr(row, "weights", ""), tune_last=_tuned(row),
        parent=row.parent or "",
        parameters=model.count_params(), trainable=count(model.trainable_weights) if row.epochs else 0,
        epochs_total=len(run.history), train_seconds=round(seconds, 2),
        pictures_per_second=_speed(frame, history),
        device=recipe["device"], precision=recipe["precision"], python=versions["python"],
        tensorflow=versions["tensorflow"], keras=versions["keras"], commit=recipe["commit"],
        reported=_number(row.reported_with(seed)),
        experiment=fingerprint(row, None, lab), run=f"{run.id}-{now:%Y%m%dT%H%M%S}", time=now)


def _speed(frame: pd.DataFrame, history: pd.DataFrame) -> float:
    seconds = history["seconds"].sum()
    return round(len(frame) * len(history) / seconds, 1) if seconds else math.nan


def _tuned(row: Row) -> int:
    return tuned_layers(row.backbone, row.tune_last) if isinstance(row, TransferRow) else 0


def _number(value: float | None) -> float:
    return math.nan if value is None else value
