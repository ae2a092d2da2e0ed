"""Checks of a trained model's weights: what it starts from, and which layers training has changed."""

from collections.abc import Iterable, Mapping

import keras
import numpy as np

from auxiliary.config.experiment import Experiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.networks.backbones import tuned_layers
from auxiliary.networks.inference import InferenceMode

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
