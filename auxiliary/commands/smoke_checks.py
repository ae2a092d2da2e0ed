"""Checks of trained runs, in a process that did not train them: weights, figures, saved models."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import keras
import numpy as np
import pandas as pd

from auxiliary.commands.smoke_profile import SEED
from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.evaluation.predictions import PROBABILITY, classes
from auxiliary.networks.backbones import tuned_layers
from auxiliary.networks.inference import InferenceMode
from auxiliary.project.project import Project
from auxiliary.runs.labels import chosen_share
from auxiliary.training.job import Job
from auxiliary.training.setup import TrainingSetup, build_setup, predict_split
from auxiliary.training.wise_ft import average_weights

Weights = Mapping[str, Mapping[str, np.ndarray]]    # name of a layer -> name of a weight -> values

STATISTICS = {"moving_mean", "moving_variance"}


def layer_weights(model: keras.Model) -> Weights:
    """A copy of the weights of every layer, in order; a backbone's layers are called `backbone/<layer>`.

    Those of a second backbone are called `backbone_2/<layer>`.
    Layers without weights are listed too, since `tune_last` counts them.
    """
    found = {}
    for layer in model.layers:
        inner = layer.layer.layers if isinstance(layer, InferenceMode) else None
        found |= {f"{layer.name}/{each.name}": _copy(each) for each in inner} if inner else {layer.name: _copy(layer)}
    return found


def start_problems(parent: str, before: Weights, parents: Weights) -> list[str]:
    """Problems of the weights that a child starts from, given those of its parent's saved model."""
    if other := _unlike(before, parents):
        return [f"it has other layers than its parent {parent!r}: {other}"]
    moved = _changed(before, parents, before)
    if moved:
        return [f"it does not start from the weights of its parent {parent!r}, but from others in {_some(moved)}"]
    return []


def training_problems(experiment: Experiment, before: Weights, after: Weights) -> list[str]:
    """Problems of the weights of a trained model, given those that it started from.

    Layers that do not train must be the same to the last bit. A tuned backbone's batch norm must keep its averages. Of
    the layers that train, something must have changed.
    """
    if other := _unlike(before, after):
        return [f"its saved model has other layers than the experiment describes: {other}"]
    frozen, tuned, own = _by_training(experiment, list(before))
    problems = []
    if moved := _changed(before, after, frozen):
        problems.append(f"{len(moved):,} of {len(frozen):,} layers that must not train have changed: {_some(moved)}")
    if moved := _changed(before, after, tuned, only=STATISTICS):
        problems.append(f"averages of batch norm have changed, which stay while a backbone is tuned: {_some(moved)}")
    for what, layers in ((f"its backbone's last {len(tuned):,} layers", tuned), ("the layers of its own", own)):
        if any(before[name] for name in layers) and not _changed(before, after, layers):
            problems.append(f"training has changed nothing in {what}")
    return problems


def _by_training(experiment: Experiment, names: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The names of the layers that must not train, of the backbone's that are tuned, and of all others."""
    if not experiment.trains:
        return names, [], []
    # No layer of its own has a slash in its name.
    backbone = [name for name in names if "/" in name]
    count = tuned_layers(experiment.backbone, experiment.tune_last) if isinstance(experiment, TransferExperiment) else 0
    first = max(0, len(backbone) - count)
    return backbone[:first], backbone[first:], [name for name in names if "/" not in name]


def _copy(layer: keras.layers.Layer) -> dict[str, np.ndarray]:
    return {weight.name: np.array(weight) for weight in layer.weights}


def _unlike(one: Weights, other: Weights) -> str:
    """The first layers whose names or shapes differ; empty where none do."""
    for name in (*one, *other):
        shapes = [{weight: values.shape for weight, values in model[name].items()} if name in model else None
                  for model in (one, other)]
        if shapes[0] != shapes[1]:
            return f"{name} has {shapes[0]} and {shapes[1]}".replace("None", "no such layer")
    return ""


def _changed(before: Weights, after: Weights, names: Iterable[str], only: Iterable[str] | None = None) -> list[str]:
    return [name for name in names
            if any(values.tobytes() != after[name][weight].tobytes()
                   for weight, values in before[name].items() if only is None or weight in only)]


def _some(names: list[str]) -> str:
    return ", ".join([*names[:3], *(["…"] if len(names) > 3 else [])])


MEASURED = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
SHARES = ("accuracy", "val_accuracy")
# Largest allowed distance of the sum of saved, rounded probabilities from 1.
ROUNDING = 1e-3


def figure_problems(job: Job) -> list[str]:
    """Problems of a finished run's history, result and predictions, one sentence each."""
    experiment, result, history = job.experiment, job.run.result, job.run.history
    own = history[history["phase"] == "own"]
    problems = (
        [] if len(own) == job.epochs else [f"it should have {job.epochs:,} epochs, and has {len(own):,}"]
    )
    earlier = _numbers(history[history["phase"] == "parent"])
    if not np.array_equal(earlier, _numbers(job.start.run.history) if job.start else earlier[:0], equal_nan=True):
        problems.append("its history does not begin with that of its parent")
    validated = () if experiment.refit else ("val_accuracy", "val_loss")
    for name in ("accuracy", "loss", *validated):
        for epoch, value in zip(own["epoch"], own[name], strict=True):
            problems += _unlikely(f"in epoch {epoch} its {name}", value, name in SHARES)
    for name in ("accuracy", "test_loss", *validated):
        problems += _unlikely(f"its result's {name}", getattr(result, name), name in SHARES)
    return problems + _table_problems(job.run.predictions, result.accuracy)


def _numbers(history: pd.DataFrame) -> np.ndarray:
    # A table without rows has no types of its own.
    return history[MEASURED].to_numpy("float64")


def _unlikely(what: str, value: float, share: bool) -> list[str]:
    """The problem of a figure: a share must be from 0 to 1, a loss must be finite."""
    fine = 0 <= value <= 1 if share else np.isfinite(value)
    return [] if fine else [f"{what} is {value:g}"]


def _table_problems(table: pd.DataFrame, accuracy: float) -> list[str]:
    names = classes(table)
    probabilities = table[[PROBABILITY + name for name in names]].to_numpy()
    off = ~(np.abs(probabilities.sum(axis=1) - 1) <= ROUNDING)
    if off.any():
        return [f"the probabilities of {off.sum():,} of {len(table):,} test images do not add up to 1"]
    problems = []
    other = table["predicted"] != np.array(names, dtype=object)[probabilities.argmax(axis=1)]
    if other.any():
        problems.append(f"{other.sum():,} of {len(table):,} test images have a predicted class that is not the one of "
                        "the highest probability")
    right = (table["predicted"] == table["category"]).mean()
    if right != accuracy:
        problems.append(f"its accuracy is {accuracy:g}, but that of its predictions is {right:g}")
    return problems


# By what a network computes in. Batches of another size change the last digit of features; and where a tuned run has
# cut its network, what crosses the cut was rounded to that precision.
TOLERANCE = {"float32": 1e-4, "float16": 2e-3, "bfloat16": 1e-2}


def check_runs(project: Project) -> Iterator[tuple[Experiment, list[str]]]:
    """Check the run of every experiment of a profile, parents before their children.

    Yields:
        The experiment, and the problems of its run, one sentence each.
    """
    saved: dict[str, Weights] = {}
    for experiment in project.profile.experiments:
        job = Job(experiment, SEED, project)
        yield experiment, _check(job, saved) if job.run.finished else ["it was not trained"]


def _check(job: Job, saved: dict[str, Weights]) -> list[str]:
    """The problems of a run; `saved` holds the weights of earlier experiments' models, and this one's are added."""
    try:
        job.run.check()
    except UserError as error:
        return [str(error)]
    if job.run.diverged:
        return [f"its training diverged {job.run.diverged}: lower its learning_rate"]
    experiment, problems = job.experiment, figure_problems(job)
    if isinstance(experiment, Ensemble):
        return problems
    if experiment.parent and experiment.parent not in saved:
        return [*problems, f"its parent {experiment.parent!r} cannot be read back, so its weights were not checked"]
    try:
        # As a run starts: without a parent or pre-trained weights, these are the weights that it started from.
        runtime.start(SEED, experiment.deterministic)
        before = layer_weights(build_setup(job).model)
        model = keras.models.load_model(job.run.model)
    except Exception as error:  # Keras and h5py raise errors of any type for a damaged file
        return [*problems, f"its model cannot be built and read back: {type(error).__name__}: {error}"]
    saved[experiment.key] = layer_weights(model)
    if experiment.parent:
        problems += start_problems(experiment.parent, before, saved[experiment.parent])
        before = saved[experiment.parent]
    if experiment.wise_ft:
        before = _averaged(saved[job.parent.parent.experiment.key], before, chosen_share(job.run.shares))
    return problems + training_problems(experiment, before, saved[experiment.key]) + _prediction_problems(job, model)


def _averaged(start: Weights, tuned: Weights, share: float) -> Weights:
    """The weights that an experiment with `wise_ft` should have."""
    return {name: dict(zip(weights, average_weights([*start[name].values()], [*weights.values()], share), strict=True))
            for name, weights in tuned.items()}


def _prediction_problems(job: Job, model: keras.Model) -> list[str]:
    categories, experiment = job.project.categories, job.experiment
    if model.output_shape[1:] != (len(categories),):
        return [f"its saved model gives {model.output_shape[1:]} numbers for {len(categories):,} classes"]
    batches = partial(mk_tf_dataset, image_size=experiment.image_size, batch_size=experiment.batch_size)
    predicted = predict_split(job, TrainingSetup(model, model, batches), job.project.test)
    saved = job.run.predictions
    if classes(saved) != classes(predicted) or not saved["filepath"].equals(predicted["filepath"]):
        return ["its predictions are of other images or classes than the test set's"]
    columns = [PROBABILITY + name for name in categories]
    distance = np.abs(predicted[columns].to_numpy() - saved[columns].to_numpy()).max()
    # Written so that NaN is a problem too.
    if not distance <= TOLERANCE[keras.config.dtype_policy().compute_dtype]:
        return [f"read back, its model gives other predictions: probabilities are up to {distance:.2g} apart"]
    return []
