"""What a convolution does, written out, so that it can be laid beside what Keras makes of it."""

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

    Here (u, v) counts from the upper left corner of the window, which moves on by `stride` pixels. Products are summed
    over the channels too. No ReLU follows.

    Args:
        image: (H, W, D) numbers.
        kernel: (k, k, D, F) weights, as Keras keeps them.
        bias: (F,) numbers.
        stride: pixels from one place of the window to the next.
        padding: `valid` keeps the window inside the image; `same` puts zeros around it, as TensorFlow does: an
            odd one goes to the bottom and to the right.

    Returns:
        (h, w, F) float64.

    Raises:
        UserError: when the arguments do not fit each other.

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
    answer = np.zeros((height, width, filters)) + bias
    for u in range(size):
        for v in range(size):
            # I(r + u, c + v) for all places (r, c) at once.
            shifted = image[u:u + height * stride:stride, v:v + width * stride:stride]
            answer += shifted @ kernel[u, v]
    return answer


def first_convolution(model: "keras.Model", image: np.ndarray, most: int = 4) -> dict[str, np.ndarray]:
    """What a scratch network's first convolution makes of an image, with all it takes to compute that again.

    Keras's own layer is used, in float32 and on the processor whatever the network trained on: half precision, and a
    GPU's TensorFloat-32, would differ from the formula in the third digit.

    Args:
        model: of `build_scratch`, trained or not.
        image: (S, S, 3), 0 to 255.
        most: filters to keep: first the one whose answer varies most over the image, then each time the one
            that adds most to those before it.

    Returns:
        `image` (S, S, 3) uint8; `kernel` (k, k, 3, F) and `bias` (F,) float32 of the filters kept; `stride` and
        `padding`; `relu`, whether the layer ends in one (that of a residual block does not); `keras` (h, w, F)
        float32, what the layer gives for the image in 0 to 1. Empty when the network does not begin with a
        convolution.
    """
    import keras

    layer = model.layers[[layer.name for layer in model.layers].index("scale") + 1]
    if not isinstance(layer, keras.layers.Conv2D):
        return {}
    pixels = np.asarray(image).round().astype(np.uint8)
    with keras.device("cpu"):
        same = keras.layers.Conv2D.from_config({**layer.get_config(), "dtype": "float32"})
        same.build((None, *pixels.shape))
        same.set_weights(layer.get_weights())
        answer = np.asarray(same(pixels[None] / np.float32(255)))[0]
    chosen = _most_different(answer, most)
    bias = np.asarray(same.bias) if same.use_bias else np.zeros(same.filters, np.float32)
    return {"image": pixels, "kernel": np.asarray(same.kernel)[..., chosen], "bias": bias[chosen],
            "stride": np.array(same.strides[0]), "padding": np.array(same.padding),
            "relu": np.array(same.activation is keras.activations.relu), "keras": answer[..., chosen]}


def _most_different(answer: np.ndarray, most: int) -> list[int]:
    """Filters whose answers (h, w, F) differ from each other, by pivoted Gram-Schmidt.

    The largest standard deviations alone would be filters that all blur the image; its square root counts.
    """
    rest = answer.reshape(-1, answer.shape[-1]).astype(float)
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
    """Refuse what no convolution can be made of; whether the window fits, `layer_costs` sees."""
    if padding not in ("valid", "same"):
        raise unknown("padding", padding, ("valid", "same"))
    if stride < 1:
        raise UserError(f"a window cannot move on by {stride} pixels: give a stride of 1 or more")
    if kernel.ndim != 4 or kernel.shape[0] != kernel.shape[1]:
        raise UserError(f"a kernel of shape {kernel.shape} is none: give (k, k, channels, filters)")
    if image.ndim != 3 or image.shape[2] != kernel.shape[2]:
        raise UserError(f"filters for {kernel.shape[2]} channels do not fit an image of shape {image.shape}: "
                        f"give one of (height, width, {kernel.shape[2]})")
    if bias.shape != kernel.shape[3:]:
        raise UserError(f"{kernel.shape[3]} filters need as many biases, not an array of shape {bias.shape}")


def _zeros(side: int, size: int, stride: int) -> tuple[int, int]:
    """How many zeros `same` puts before and after a side, so that the window fits ceil(side / stride) times."""
    places = -(-side // stride)
    missing = max((places - 1) * stride + size - side, 0)
    return missing // 2, missing - missing // 2
