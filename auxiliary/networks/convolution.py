"""What a convolution does, written out, so that it can be laid beside what Keras makes of it."""

from typing import TYPE_CHECKING

import numpy as np

from auxiliary.errors import UserError, unknown
from auxiliary.networks import formulas
from auxiliary.networks.formulas import Padding

if TYPE_CHECKING:
    import keras


def convolve(picture: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int = 1,
             padding: Padding = "valid") -> np.ndarray:
    """A convolution by its formula: `T[I](r, c) = sum over (u, v) of w(u, v) * I(r + u, c + v)`, plus a bias.

    Here (u, v) counts from the upper left corner of the window, which moves on by `stride` pixels. Products are summed
    over the channels too. No ReLU follows.

    Args:
        picture: (H, W, D) numbers.
        kernel: (k, k, D, F) weights, as Keras keeps them.
        bias: (F,) numbers.
        stride: pixels from one place of the window to the next.
        padding: `valid` keeps the window inside the picture; `same` puts zeros around it, as TensorFlow does: an
            odd one goes to the bottom and to the right.

    Returns:
        (h, w, F) float64.

    Raises:
        UserError: when the arguments do not fit each other.

    Example:
        >>> picture = np.array([[2, 2, 7, 7, 7], [2, 2, 7, 7, 7], [3, 3, 3, 3, 3]])
        >>> weights = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
        >>> convolve(picture[..., None], weights[..., None, None], np.zeros(1))[..., 0]
        array([[10., 10.,  0.]])
    """
    _check(picture, kernel, bias, stride, padding)
    size = len(kernel)
    height, width, filters = formulas.convolution(picture.shape, kernel.shape[-1], size, stride, padding).shape
    if padding == "same":
        rows, columns = (_zeros(side, size, stride) for side in picture.shape[:2])
        picture = np.pad(picture, (rows, columns, (0, 0)))
    answer = np.zeros((height, width, filters)) + bias
    for u in range(size):
        for v in range(size):
            # I(r + u, c + v) for all places (r, c) at once.
            shifted = picture[u:u + height * stride:stride, v:v + width * stride:stride]
            answer += shifted @ kernel[u, v]
    return answer


def first_convolution(model: "keras.Model", picture: np.ndarray, most: int = 4) -> dict[str, np.ndarray]:
    """What a scratch network's first convolution makes of a picture, with all it takes to compute that again.

    Keras's own layer is used, in float32 and on the processor whatever the network trained on: half precision, and a
    GPU's TensorFloat-32, would differ from the formula in the third digit.

    Args:
        model: of `build_scratch`, trained or not.
        picture: (S, S, 3), 0 to 255.
        most: filters to keep: first the one whose answer varies most over the picture, then each time the one
            that adds most to those before it.

    Returns:
        `picture` (S, S, 3) uint8; `kernel` (k, k, 3, F) and `bias` (F,) float32 of the filters kept; `stride` and
        `padding`; `relu`, whether the layer ends in one (that of a residual block does not); `keras` (h, w, F)
        float32, what the layer gives for the picture in 0 to 1. Empty when the network does not begin with a
        convolution.
    """
    import keras

    layer = model.layers[[layer.name for layer in model.layers].index("scale") + 1]
    if not isinstance(layer, keras.layers.Conv2D):
        return {}
    pixels = np.asarray(picture).round().astype(np.uint8)
    with keras.device("cpu"):
        same = keras.layers.Conv2D.from_config({**layer.get_config(), "dtype": "float32"})
        same.build((None, *pixels.shape))
        same.set_weights(layer.get_weights())
        answer = np.asarray(same(pixels[None] / np.float32(255)))[0]
    chosen = _most_different(answer, most)
    bias = np.asarray(same.bias) if same.use_bias else np.zeros(same.filters, np.float32)
    return {"picture": pixels, "kernel": np.asarray(same.kernel)[..., chosen], "bias": bias[chosen],
            "stride": np.array(same.strides[0]), "padding": np.array(same.padding),
            "relu": np.array(same.activation is keras.activations.relu), "keras": answer[..., chosen]}


def _most_different(answer: np.ndarray, most: int) -> list[int]:
    """Filters whose answers (h, w, F) differ from each other, by pivoted Gram-Schmidt.

    The largest standard deviations alone would be filters that all blur the picture; its square root counts.
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


def _check(picture: np.ndarray, kernel: np.ndarray, bias: np.ndarray, stride: int, padding: str) -> None:
    """Refuse what no convolution can be made of; whether the window fits, `formulas` sees."""
    if padding not in ("valid", "same"):
        raise unknown("padding", padding, ("valid", "same"))
    if stride < 1:
        raise UserError(f"a window cannot move on by {stride} pixels: give a stride of 1 or more")
    if kernel.ndim != 4 or kernel.shape[0] != kernel.shape[1]:
        raise UserError(f"a kernel of shape {kernel.shape} is none: give (k, k, channels, filters)")
    if picture.ndim != 3 or picture.shape[2] != kernel.shape[2]:
        raise UserError(f"filters for {kernel.shape[2]} channels do not fit a picture of shape {picture.shape}: "
                        f"give one of (height, width, {kernel.shape[2]})")
    if bias.shape != kernel.shape[3:]:
        raise UserError(f"{kernel.shape[3]} filters need as many biases, not an array of shape {bias.shape}")


def _zeros(side: int, size: int, stride: int) -> tuple[int, int]:
    """How many zeros `same` puts before and after a side, so that the window fits ceil(side / stride) times."""
    places = -(-side // stride)
    missing = max((places - 1) * stride + size - side, 0)
    return missing // 2, missing - missing // 2
