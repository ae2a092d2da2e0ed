"""What must be true of a model's weights before and after training, layer by layer and bit by bit."""

from collections.abc import Iterable, Mapping

import keras
import numpy as np

from auxiliary.config.profile import Row, TransferRow
from auxiliary.networks.backbones import tuned_layers
from auxiliary.networks.inference import InferenceMode

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


def training_problems(row: Row, before: Weights, after: Weights) -> list[str]:
    """What is wrong with the weights of a trained model, given those it started from.

    Layers that do not train are the same to the last bit; a tuned backbone's batch norm keeps its averages; and
    of what trains, something has changed.
    """
    if other := _unlike(before, after):
        return [f"its saved model has other layers than the row describes: {other}"]
    frozen, tuned, own = _parts(row, list(before))
    problems = []
    if moved := _changed(before, after, frozen):
        problems.append(f"{len(moved)} of {len(frozen)} layers that must not train have changed: {_some(moved)}")
    if moved := _changed(before, after, tuned, only=STATISTICS):
        problems.append(f"averages of batch norm have changed, which stay while a backbone is tuned: {_some(moved)}")
    for what, part in ((f"its backbone's last {len(tuned)} layers", tuned), ("the layers of its own", own)):
        if any(before[name] for name in part) and not _changed(before, after, part):
            problems.append(f"training has changed nothing in {what}")
    return problems


def _parts(row: Row, names: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The layers that must stay as they are, the backbone's that are tuned, and those that are the row's own."""
    if not row.epochs:
        return names, [], []
    backbone = [name for name in names if name.startswith(BACKBONE)]
    count = tuned_layers(row.backbone, row.tune_last) if isinstance(row, TransferRow) else 0
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
