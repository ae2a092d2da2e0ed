"""A convolution by its formula, and the first convolution of a network by Keras, to compare the two."""

from typing import TYPE_CHECKING

import numpy as np

from auxiliary.core.errors import UserError, unknown
from auxiliary.networks import layer_costs
from auxiliary.networks.layer_costs import Padding

if TYPE_CHECKING:
    import keras


def convolve(image: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int = 1,
             padding: Padding = "valid") -> np.ndarray:
    """A convolution by its formula: `T[I](r, c) = sum over (u, v) of w(u, v) * I(r + u, c + v)`, plus a bias.

    Here (u, v) counts from the upper left corner of the window, which moves by `stride` pixels. The sum also runs over
    the channels. No ReLU follows.

    Args:
        image: (H, W, D) numbers.
        kernel: (k, k, D, F) weights, in the order of Keras.
        bias: (F,) numbers.
        stride: pixels from one position of the window to the next.
        padding: `valid` keeps the window inside the image; `same` puts zeros around it, as TensorFlow does: if their
            number is odd, there is one more at the bottom and at the right.

    Returns:
        (h, w, F) float64.

    Raises:
        UserError: when the shapes of the arguments do not match.

    Example:
        >>> image = np.array([[2, 2, 7, 7, 7], [2, 2, 7, 7, 7], [3, 3, 3, 3, 3]])
        >>> weights = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
        >>> convolve(image[..., None], weights[..., None, None], np.zeros(1))[..., 0]
        array([[10., 10.,  0.]])
    """
    _check(image, kernel, bias, stride, padding)
    size = len(kernel)
    height, width, filters = layer_costs.convolution(image.shape, kernel.shape[-1], size, stride, padding).shape
    if padding == "same":
        rows, columns = (_zeros(side, size, stride) for side in image.shape[:2])
        image = np.pad(image, (rows, columns, (0, 0)))
    output = np.zeros((height, width, filters)) + bias
    for u in range(size):
        for v in range(size):
            # I(r + u, c + v) for all positions (r, c) at once.
            shifted = image[u:u + height * stride:stride, v:v + width * stride:stride]
            output += shifted @ kernel[u, v]
    return output


def first_convolution(model: "keras.Model", image: np.ndarray, most: int = 4) -> dict[str, np.ndarray]:
    """The output of a scratch network's first convolution for an image, and all that is needed to compute it again.

    The output comes from Keras's own layer, in float32 and on the CPU whatever the network was trained on: half
    precision, and TensorFloat-32 on a GPU, would differ from the formula in the third digit.

    Args:
        model: from `build_scratch`, trained or not.
        image: (S, S, 3), 0 to 255.
        most: number of filters to return: first the one whose output varies most over the image, then each time
            the one that differs most from those before it.

    Returns:
        `image` (S, S, 3) uint8; `kernel` (k, k, 3, F) and `bias` (F,) float32 of the chosen filters; `stride` and
        `padding`; `relu`, whether the layer ends in a ReLU (in a residual block it does not); `keras` (h, w, F)
        float32, the layer's output for the image scaled to 0 to 1, before an activation other than ReLU. Empty if the
        network does not begin with a convolution.
    """
    import keras

    layer = model.layers[[layer.name for layer in model.layers].index("scale") + 1]
    if not isinstance(layer, keras.layers.Conv2D):
        return {}
    pixels, relu = np.asarray(image).round().astype(np.uint8), layer.activation is keras.activations.relu
    with keras.device("cpu"):
        same = keras.layers.Conv2D.from_config(
            {**layer.get_config(), "dtype": "float32", "activation": "relu" if relu else "linear"})
        same.build((None, *pixels.shape))
        same.set_weights(layer.get_weights())
        output = np.asarray(same(pixels[None] / np.float32(255)))[0]
    chosen = _most_different(output, most)
    bias = np.asarray(same.bias) if same.use_bias else np.zeros(same.filters, np.float32)
    return {"image": pixels, "kernel": np.asarray(same.kernel)[..., chosen], "bias": bias[chosen],
            "stride": np.array(same.strides[0]), "padding": np.array(same.padding),
            "relu": np.array(relu), "keras": output[..., chosen]}


def _most_different(output: np.ndarray, most: int) -> list[int]:
    """Filters whose outputs (h, w, F) differ from each other, by pivoted Gram-Schmidt.

    The standard deviation of an output counts by its square root: otherwise all filters chosen would blur the image.
    """
    rest = output.reshape(-1, output.shape[-1]).astype(float)
    rest -= rest.mean(axis=0)
    rest /= np.sqrt(np.maximum(rest.std(axis=0), 1e-12))
    chosen: list[int] = []
    for _ in range(min(most, rest.shape[1])):
        lengths = np.linalg.norm(rest, axis=0)
        lengths[chosen] = -1
        best = int(lengths.argmax())
        chosen.append(best)
        direction = rest[:, best] / max(lengths[best], 1e-12)
        rest -= np.outer(direction, direction @ rest)
    return chosen


def _check(image: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int, padding: str) -> None:
    """Refuse arguments that do not match; `layer_costs` checks whether the window fits into the image."""
    if padding not in ("valid", "same"):
        raise unknown("padding", padding, ("valid", "same"))
    if stride < 1:
        raise UserError(f"a window cannot move by {stride} pixels: give a stride of 1 or more")
    if kernel.ndim != 4 or kernel.shape[0] != kernel.shape[1]:
        raise UserError(f"a kernel cannot have the shape {kernel.shape}: give (k, k, channels, filters)")
    if image.ndim != 3 or image.shape[2] != kernel.shape[2]:
        raise UserError(f"filters for {kernel.shape[2]} channels do not fit an image of shape {image.shape}: "
                        f"give one of (height, width, {kernel.shape[2]})")
    if bias.shape != kernel.shape[3:]:
        raise UserError(f"{kernel.shape[3]} filters need as many biases, not an array of shape {bias.shape}")


def _zeros(side: int, size: int, stride: int) -> tuple[int, int]:
    """The zeros that `same` puts before and after a side, so that the window fits ceil(side / stride) times."""
    positions = -(-side // stride)
    missing = max((positions - 1) * stride + size - side, 0)
    return missing // 2, missing - missing // 2
