"""The multiply-adds of any model, counted in the graph that TensorFlow makes of it."""

import math
import re

import keras
import tensorflow as tf

# What a graph may hold besides that would have to be counted: other products, and loops.
UNKNOWN = re.compile("Conv|MatMul|While|If$")


def traced_multiply_adds(model: keras.Model) -> int:
    """Multiplications with addition of a model for one image, in convolutions and products of matrices.

    Those of attention, in which both factors depend on the image, are among them.

    Args:
        model: with one input of a fixed shape.

    Raises:
        TypeError: the graph holds an operation that may multiply and is not known here.
    """
    images, = model.inputs
    spec = tf.TensorSpec((1, *images.shape[1:]), images.dtype)
    graph = tf.function(lambda images: model(images, training=False)).get_concrete_function(spec).graph
    return sum(map(_multiply_adds, graph.get_operations()))


def _multiply_adds(operation: tf.Operation) -> int:
    shapes = [tensor.shape.as_list() for tensor in operation.inputs if tensor.dtype.is_floating]
    outputs = math.prod(operation.outputs[0].shape.as_list()) if shapes and operation.outputs else 0
    match operation.type:
        case "Conv2D":
            return outputs * math.prod(shapes[1][:3])
        case "DepthwiseConv2dNative":
            return outputs * math.prod(shapes[1][:2])
        case "MatMul":
            return outputs * shapes[0][0 if operation.get_attr("transpose_a") else 1]
        case "BatchMatMulV2":
            return outputs * shapes[0][-2 if operation.get_attr("adj_x") else -1]
        case "Einsum":
            return _products(operation.get_attr("equation").decode(), shapes)
        case "PartitionedCall" | "StatefulPartitionedCall":
            # Keras calls a convolution in groups so.
            inside = operation.graph._get_function(operation.get_attr("f").name).graph
            return sum(map(_multiply_adds, inside.get_operations()))
    if UNKNOWN.search(operation.type):
        raise TypeError(f"the multiply-adds of {operation.name}, a {operation.type}, are unknown")
    return 0


def _products(equation: str, shapes: list[list[int]]) -> int:
    """One for each combination of the places that the letters of an equation such as `abc,cd->abd` stand for."""
    factors = equation.partition("->")[0].split(",")
    sides = {letter: side for letters, shape in zip(factors, shapes, strict=True)
             for letter, side in zip(letters, shape, strict=True)}
    return math.prod(sides.values())
