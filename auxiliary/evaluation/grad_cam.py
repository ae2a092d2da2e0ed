"""Grad-CAM: heat maps of where in an image a network finds evidence for a class.

Source: R. R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization",
ICCV 2017, https://arxiv.org/abs/1610.02391.
"""

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from numpy.typing import ArrayLike

from auxiliary.core.errors import UserError
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.evaluation.explanation import scaled
from auxiliary.evaluation.predictions import classes, pick, with_groups

# Layers that output the image itself, or the maps of the layer before them in a form that is no better here. In
# max-pooling the gradient of each window goes to one of its cells, so the weights of the maps before and after it
# differ only by a factor that all maps share, which scaling removes; and the maps before it have a higher resolution.
# In average-pooling the gradient is shared among the cells, which comes to the same.
NO_MAPS = (keras.layers.InputLayer, keras.layers.Rescaling, keras.layers.MaxPooling2D, keras.layers.AveragePooling2D,
           keras.layers.Dropout)


def feature_layer(model: keras.Model) -> keras.layers.Layer | None:
    """The last layer that outputs feature maps; None if there is none, as in a network of dense layers only.

    In a scratch network this is the last convolution, residual block or batch norm before it flattens or averages, in
    a transfer model the backbone. Where a class token is put beside pooled maps, these are not all evidence: None.
    """
    for layer in reversed(model.layers):
        if isinstance(layer, keras.layers.Concatenate) and len(layer.output.shape) == 2:
            return None
        if not isinstance(layer, NO_MAPS) and len(layer.output.shape) == 4:
            return layer
    return None


def grad_cam(model: keras.Model, images: ArrayLike, classes: ArrayLike) -> np.ndarray:
    """The evidence for a class at each position of each image.

    With A_k the maps of the last feature layer and alpha_k the spatial mean of d(score before softmax) / dA_k, the
    heat is relu(sum over k of alpha_k A_k), `scaled` by its largest value in the image.

    Args:
        model: from `build_scratch` or `build_transfer`, or loaded from its file.
        images: (N, S, S, 3), 0 to 255.
        classes: (N,) int, the label of the class to explain for each image.

    Returns:
        (N, h, w) float32 in 0..1, as large as the feature maps; resize it to the image, as in the paper.

    Raises:
        UserError: when the model has no feature maps.
    """
    layer = feature_layer(model)
    if layer is None:
        raise UserError(f"{model.name} has no feature maps: give its net a `conv` or `res` before it flattens "
                        "or averages")
    maps = keras.Model(model.inputs, layer.output)(keras.ops.cast(images, "float32"), training=False)
    weights = _gradients(model, layer, maps, np.asarray(classes)).mean(axis=(1, 2))
    return scaled(np.einsum("nhwk,nk->nhw", _numbers(maps), weights))


def _gradients(model: keras.Model, layer: keras.layers.Layer, maps: tf.Tensor, classes: np.ndarray) -> np.ndarray:
    """The gradient of each image's class score with respect to its feature maps, (N, h, w, channels)."""
    *rest, output = model.layers[model.layers.index(layer) + 1:]
    # One column of the last kernel per image. The bias does not depend on the maps.
    kernel = _numbers(output.kernel)[:, classes].T
    with tf.GradientTape() as tape:
        tape.watch(maps)
        # The layers after the maps are a chain. They are called one by one, because the head layers of a transfer
        # model belong to two models, and their `input` may be that of the other one.
        features = maps
        for each in rest:
            features = each(features, training=False)
        # Each score depends on the maps of its own image only, so the gradient of the sum holds all gradients.
        score = keras.ops.sum(keras.ops.cast(features, "float32") * kernel)
    return _numbers(tape.gradient(score, maps))


def _numbers(tensor: tf.Tensor | keras.Variable) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))


def explain(model: keras.Model, predictions: pd.DataFrame, df: pd.DataFrame,
            image_size: int) -> dict[str, np.ndarray]:
    """Grad-CAM heat maps of the predicted class, for the images that `pick` chooses.

    Args:
        model: the whole model, from images to probabilities.
        predictions: its predictions, one row per image.
        df: the table of the images in the same order, with `filepath`, `label`, `width`, `height` and `group`.
        image_size: side of the model's input in pixels.

    Returns:
        `position`, (M,) int64, the images' positions in `predictions`, and `heat`, (M, h, w) float16 in 0..1, as
        `grad_cam` returns it. Empty if the model has no feature maps.

    Raises:
        UserError: when `predictions` and `df` hold different images.
    """
    if list(predictions["filepath"]) != list(df["filepath"]):
        raise UserError("the predictions are for other images than the table, or in another order: give the table "
                        "that they were made from")
    if feature_layer(model) is None:
        return {}
    positions = pick(with_groups(predictions, df))
    predicted = pd.Index(classes(predictions)).get_indexer(predictions["predicted"].iloc[positions])
    batches = mk_tf_dataset(df.iloc[positions].assign(label=predicted), shuffle=False, image_size=image_size)
    heat = np.concatenate([grad_cam(model, images, labels) for images, labels in batches])
    return {"position": positions, "heat": heat.astype("float16")}
