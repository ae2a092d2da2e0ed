"""The graph of a functional model: which layer takes which tensors.

A layer may belong to several models, and its own lists then hold the calls of all of them.
"""

from typing import TYPE_CHECKING

import keras

if TYPE_CHECKING:
    from keras.src.ops.node import Node


def nodes_in_order(model: keras.Model) -> "list[Node]":
    """The calls of layers that make up a functional model, each after those that it takes its inputs from."""
    return [node for depth in sorted(model._nodes_by_depth, reverse=True) for node in model._nodes_by_depth[depth]]


def consumers(model: keras.Model) -> dict[str, list[keras.Operation]]:
    """The layers that use the outputs of each layer of a functional model, by its name; once for each call.

    Functions of `keras.ops` count as layers.
    """
    found = {operation.name: [] for operation in model.operations}
    for node in nodes_in_order(model):
        for tensor in node.input_tensors:
            found[tensor._keras_history.operation.name].append(node.operation)
    return found
