"""Cuts a network before its first tuned layer, so that the frozen part need not run in every epoch."""

from dataclasses import dataclass

import keras

from auxiliary.networks.build import Transfer
from auxiliary.networks.inference import InferenceMode
from auxiliary.networks.layer_graph import nodes_in_order


@dataclass(frozen=True)
class CutNetwork:
    """A transfer model in two parts, which share its layers and weights.

    Attributes:
        front: from (N, S, S, 3) images in 0..255 to the outputs of the last layer before the cut, in the dtype that it
            computes in; none of its weights are trained.
        rest: from these outputs to (N, classes) float32 probabilities.
        layer: the name of that layer.
    """

    front: keras.Model
    rest: keras.Model
    layer: str


def find_cut(model: keras.Model) -> keras.KerasTensor | None:
    """The last tensor of a model on all paths from its input to its trainable layers and its output.

    All that comes before it is frozen, and nothing else of that is needed behind it.

    Args:
        model: functional, with one input; the `trainable` of its layers counts, also of those without weights.

    Returns:
        The output of a frozen layer; None where only the input is such a tensor.
    """
    nodes = nodes_in_order(model)
    # Functions of `keras.ops` have no weights.
    first = next((place for place, node in enumerate(nodes)
                  if getattr(node.operation, "trainable", False) and not node.is_input), len(nodes))
    last_use = {id(tensor): place for place, node in enumerate(nodes) for tensor in node.input_tensors}
    last_use |= {id(tensor): len(nodes) for tensor in model.outputs}
    for place in range(first - 1, 0, -1):
        crossing = [tensor for node in nodes[:place + 1] for tensor in node.output_tensors
                    if last_use.get(id(tensor), -1) > place]
        # Nodes are in the order of the depth: a tensor that alone crosses from one to the next is on all paths.
        if len(crossing) == 1:
            return None if crossing[0] is model.inputs[0] else crossing[0]
    return None


def cut_network(transfer: Transfer) -> CutNetwork | None:
    """A transfer model, cut at the last tensor that leads from frozen to tuned layers; None where there is no such."""
    cut = find_cut(transfer.backbones[0])
    if cut is None:
        return None
    whole, backbone = transfer.model, transfer.backbones[0]
    call = whole.get_layer("backbone")
    front = InferenceMode(keras.Model(backbone.inputs, cut), name="front")(call.input)
    outputs = keras.Input(cut.shape[1:], dtype=cut.dtype, name="outputs")
    x = InferenceMode(keras.Model(cut, backbone.output), name="rest")(outputs)
    for layer in whole.layers[whole.layers.index(call) + 1:]:
        x = layer(x)
    return CutNetwork(keras.Model(whole.input, front), keras.Model(outputs, x), cut._keras_history.operation.name)
