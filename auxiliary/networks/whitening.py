"""The weights of `whiten`, computed from training images."""

import re
from collections.abc import Iterable

import keras
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

BATCH = 100             # images
SMALLEST = 5e-4         # added to variances, so that directions in which patches hardly differ are not enlarged
FLAT = 1e-3             # a channel that varies less is not enlarged any more
WHITENING = re.compile(r"whiten\d+")


def whitening_layers(model: keras.Model) -> list[keras.layers.Conv2D]:
    """The layers of a scratch network that `whiten` made; their weights are zero until `whiten` sets them."""
    return [layer for layer in model.layers if WHITENING.fullmatch(layer.name)]


def whiten(model: keras.Model, images: np.ndarray) -> None:
    """Set the weights of a network's whitening layers, the first one first.

    The channels of their inputs are brought to mean 0 and variance 1; of all patches the covariance is computed, with
    eigenvectors v and eigenvalues λ. The filters are v / √(λ + 0.0005) and their negatives, in terms of the inputs as
    they are, and the bias subtracts the mean. As in airbench, https://github.com/KellerJordan/cifar10-airbench.

    Call it once per run, before the first epoch: a checkpoint, and the network of a parent, hold the weights already.

    Args:
        model: from `build_scratch`; without whitening layers nothing happens.
        images: (N, H, W, 3) in 0..255, training images without augmentation. Some thousand small ones, or some hundred
            large ones, hold patches enough.
    """
    for layer in whitening_layers(model):
        before = keras.Model(model.input, layer.input)
        batches = [np.asarray(before(images[start:start + BATCH], training=False), "float32")
                   for start in range(0, len(images), BATCH)]
        mean, deviation = _channel_statistics(batches)
        size = layer.kernel_size[0]
        covariance = _patch_covariance(((batch - mean) / deviation for batch in batches), size)
        variances, directions = np.linalg.eigh(covariance)
        # Columns of `directions`, the largest variance first.
        filters = (directions / np.sqrt(variances + SMALLEST))[:, ::-1].reshape(size, size, len(mean), -1)
        kernel = np.concatenate([filters, -filters], axis=-1) / deviation[:, None]
        layer.set_weights([kernel, -np.einsum("rscf,c->f", kernel, mean)])


def _channel_statistics(batches: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel."""
    pixels = sum(batch[..., 0].size for batch in batches)
    mean = sum(batch.sum(axis=(0, 1, 2), dtype="float64") for batch in batches) / pixels
    variance = sum(((batch - mean)**2).sum(axis=(0, 1, 2)) for batch in batches) / pixels
    return mean, np.maximum(np.sqrt(variance), FLAT)


def _patch_covariance(batches: Iterable[np.ndarray], size: int) -> np.ndarray:
    """The mean product of every two numbers of a patch, which are in a kernel's order: row, column, channel."""
    total, count = 0.0, 0
    for batch in batches:
        # (N, rows, columns, channels, size, size)
        windows = sliding_window_view(batch, (size, size), axis=(1, 2))
        patches = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size * size * batch.shape[-1])
        total, count = total + patches.T @ patches, count + len(patches)
    return total / count
