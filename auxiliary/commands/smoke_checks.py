"""Checks rows that were trained, in a process that did not train them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import keras
import numpy as np
import pandas as pd

from auxiliary.commands.smoke_profile import SEED
from auxiliary.config.profile import Experiment, TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.evaluation.predictions import PROBABILITY, classes
from auxiliary.networks.backbones import tuned_layers
from auxiliary.networks.inference import InferenceMode
from auxiliary.project.project import Project
from auxiliary.runs.run import Run
from auxiliary.training.identity import find_run
from auxiliary.training.trainer import TrainingSetup, build_setup, predictions_of

Weights = Mapping[str, Mapping[str, np.ndarray]]    # by the layer's name, then by the weight's

BACKBONE = "backbone/"
STATISTICS = {"moving_mean", "moving_variance"}


def layer_weights(model: keras.Model) -> Weights:
    """A copy of the weights of every layer, in order; those of a backbone are called `backbone/<layer>`.

    Layers without weights are there too, since `tune_last` counts them.
    """
    found = {}
    for layer in model.layers:
        inner = layer.layer.layers if isinstance(layer, InferenceMode) else None
        found |= {BACKBONE + part.name: _copy(part) for part in inner} if inner else {layer.name: _copy(layer)}
    return found


def start_problems(parent: str, before: Weights, parents: Weights) -> list[str]:
    """What is wrong with the weights a child starts from, given those of its parent's saved model."""
    if other := _unlike(before, parents):
        return [f"it has other layers than its parent {parent!r}: {other}"]
    moved = _changed(before, parents, before)
    return [f"it does not start from the weights of its parent {parent!r}: other in {_some(moved)}"] if moved else []


def training_problems(experiment: Experiment, before: Weights, after: Weights) -> list[str]:
    """What is wrong with the weights of a trained model, given those it started from.

    Layers that do not train are the same to the last bit; a tuned backbone's batch norm keeps its averages; and
    of what trains, something has changed.
    """
    if other := _unlike(before, after):
        return [f"its saved model has other layers than the row describes: {other}"]
    frozen, tuned, own = _parts(experiment, list(before))
    problems = []
    if moved := _changed(before, after, frozen):
        problems.append(f"{len(moved)} of {len(frozen)} layers that must not train have changed: {_some(moved)}")
    if moved := _changed(before, after, tuned, only=STATISTICS):
        problems.append(f"averages of batch norm have changed, which stay while a backbone is tuned: {_some(moved)}")
    for what, part in ((f"its backbone's last {len(tuned)} layers", tuned), ("the layers of its own", own)):
        if any(before[name] for name in part) and not _changed(before, after, part):
            problems.append(f"training has changed nothing in {what}")
    return problems


def _parts(experiment: Experiment, names: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The layers that must stay as they are, the backbone's that are tuned, and those that are the row's own."""
    if not experiment.epochs:
        return names, [], []
    backbone = [name for name in names if name.startswith(BACKBONE)]
    count = tuned_layers(experiment.backbone, experiment.tune_last) if isinstance(experiment, TransferExperiment) else 0
    first = max(0, len(backbone) - count)
    return backbone[:first], backbone[first:], [name for name in names if not name.startswith(BACKBONE)]


def _copy(layer: keras.layers.Layer) -> dict[str, np.ndarray]:
    return {weight.name: np.array(weight) for weight in layer.weights}


def _unlike(one: Weights, other: Weights) -> str:
    """The first layers whose names or shapes differ; empty where none do."""
    for name in (*one, *other):
        shapes = [{weight: values.shape for weight, values in model[name].items()} if name in model else None
                  for model in (one, other)]
        if shapes[0] != shapes[1]:
            return f"{name} has {shapes[0]} and {shapes[1]}".replace("None", "no place")
    return ""


def _changed(before: Weights, after: Weights, names: Iterable[str], only: Iterable[str] | None = None) -> list[str]:
    return [name for name in names
            if any(values.tobytes() != after[name][weight].tobytes()
                   for weight, values in before[name].items() if only is None or weight in only)]


def _some(names: list[str]) -> str:
    return ", ".join([*names[:3], *(["…"] if len(names) > 3 else [])])


MEASURED = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
SHARES = ("accuracy", "val_accuracy")
# How far probabilities that were written down may be from adding up to 1.
ROUNDING = 1e-3


def figure_problems(experiment: Experiment, run: Run, parent: Run | None = None) -> list[str]:
    """What is wrong with a finished run's history, result and predictions, a sentence each.

    Args:
        row: what was trained.
        run: its run.
        parent: the run that it goes on from.
    """
    history = run.history
    own = history[history["phase"] == "own"]
    result = run.result
    problems = (
        [] if len(own) == experiment.epochs else [f"it was to train {experiment.epochs} epochs, and has {len(own)}"]
    )
    earlier = _numbers(history[history["phase"] == "parent"])
    if not np.array_equal(earlier, _numbers(parent.history) if parent else earlier[:0], equal_nan=True):
        problems.append("its history does not begin with that of the row it goes on from")
    for name in MEASURED[1:]:
        for epoch, value in zip(own["epoch"], own[name], strict=True):
            problems += _unlikely(f"in epoch {epoch} its {name}", value, name in SHARES)
    for name in (*SHARES, "val_loss", "test_loss"):
        problems += _unlikely(f"its result's {name}", getattr(result, name), name in SHARES)
    return problems + _table_problems(run.predictions, result.accuracy)


def _numbers(history: pd.DataFrame) -> np.ndarray:
    # A table without rows has no types of its own.
    return history[MEASURED].to_numpy("float64")


def _unlikely(what: str, value: float, share: bool) -> list[str]:
    """A loss must be a number, a share one from 0 to 1."""
    fine = 0 <= value <= 1 if share else np.isfinite(value)
    return [] if fine else [f"{what} is {value:g}"]


def _table_problems(table: pd.DataFrame, accuracy: float) -> list[str]:
    names = classes(table)
    probabilities = table[[PROBABILITY + name for name in names]].to_numpy()
    off = ~(np.abs(probabilities.sum(axis=1) - 1) <= ROUNDING)
    if off.any():
        return [f"the probabilities of {off.sum()} of {len(table)} test images do not add up to 1"]
    problems = []
    other = table["predicted"] != np.array(names, dtype=object)[probabilities.argmax(axis=1)]
    if other.any():
        problems.append(f"{other.sum()} of {len(table)} test images are predicted to be of another class than that "
                        "of the highest probability")
    right = (table["predicted"] == table["category"]).mean()
    if right != accuracy:
        problems.append(f"its accuracy is {accuracy:g}, and that of its predictions {right:g}")
    return problems


# Features computed in batches of another size differ in the seventh digit.
TOLERANCE = 1e-4


def check_experiments(project: Project) -> Iterator[tuple[Experiment, list[str]]]:
    """Check every row of a profile, parents before their children.

    Yields:
        The row, and what is wrong with its run, a sentence each.
    """
    saved: dict[str, Weights] = {}
    for experiment in project.profile.experiments:
        run = find_run(experiment, project, SEED)
        yield experiment, _check(experiment, project, run, saved) if run.finished else ["it was not trained"]


def _check(experiment: Experiment, project: Project, run: Run, saved: dict[str, Weights]) -> list[str]:
    """What is wrong with a run; `saved` has the weights of earlier rows' models and gets this one's."""
    parent = find_run(project.experiments[experiment.parent], project, SEED) if experiment.parent else None
    problems = figure_problems(experiment, run, parent)
    if experiment.parent and experiment.parent not in saved:
        return [*problems, f"its parent {experiment.parent!r} cannot be read back, so more cannot be said of it"]
    try:
        # As a run starts; without a parent or pre-trained weights these are the very weights it started from.
        runtime.start(SEED)
        before = layer_weights(build_setup(experiment, project, parent).model)
        model = keras.models.load_model(run.model)
    except Exception as error:  # Keras and h5py raise anything for a file that is not as it should be
        return [*problems, f"its model cannot be built and read back: {type(error).__name__}: {error}"]
    saved[experiment.key] = layer_weights(model)
    if experiment.parent:
        problems += start_problems(experiment.parent, before, saved[experiment.parent])
    problems += training_problems(
        experiment, saved[experiment.parent] if experiment.parent else before, saved[experiment.key]
    )
    return problems + _prediction_problems(experiment, project, run, model)


def _prediction_problems(experiment: Experiment, project: Project, run: Run, model: keras.Model) -> list[str]:
    if model.output_shape[1:] != (len(project.categories),):
        return [f"its saved model gives {model.output_shape[1:]} numbers for {len(project.categories)} classes"]
    batches = partial(mk_tf_dataset, image_size=experiment.image_size, batch_size=experiment.batch_size)
    said = predictions_of(experiment, SEED, TrainingSetup(model, model, batches), project.test, project.categories)
    kept = run.predictions
    if classes(kept) != classes(said) or not kept["filepath"].equals(said["filepath"]):
        return ["its predictions are of other images or classes than the test set's"]
    columns = [PROBABILITY + name for name in project.categories]
    apart = np.abs(said[columns].to_numpy() - kept[columns].to_numpy()).max()
    # Nothing is smaller than NaN.
    if not apart <= TOLERANCE:
        return [f"read back, its model gives other predictions: probabilities are up to {apart:.2g} apart"]
    return []
