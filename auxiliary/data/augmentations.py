"""The operations an `augment` line is made of, such as `flip | shift(0.1) | brightness(0.1)`.

They work on whole batches, which costs a fraction of going picture by picture. What moves pixels (`flip`,
`shift`, `zoom`) is multiplied into one transformation, so that a picture is interpolated once; what recolours
them follows. Every draw is a function of the seed it is given, never of what was drawn before.
"""

from types import ModuleType
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from auxiliary.line import operation

if TYPE_CHECKING:
    import tensorflow as tf

DEFAULT = "flip | shift(0.1) | zoom(0.2) | brightness(0.1) | saturation(0.2)"
Share = Annotated[float, Field(ge=0, lt=1)]
# The weights of red, green and blue in what the eye calls bright (ITU-R BT.601).
LUMA = (0.299, 0.587, 0.114)


class Move:
    """Moves pixels: gives a matrix a picture, from places in the result to places in the picture.

    Places are (x, y, 1) with the centre at (0, 0) and the picture's side as the unit.
    """

    draws: ClassVar[int]

    def matrices(self, tf: ModuleType, draws: "tf.Tensor") -> "tf.Tensor":
        """(N, 3, 3) matrices from (N, draws) numbers, uniform in -1..1."""
        raise NotImplementedError


class Recolour:
    """Changes the colours of pixels where they are."""

    draws: ClassVar[int]

    def recolour(self, tf: ModuleType, pictures: "tf.Tensor", draws: "tf.Tensor") -> "tf.Tensor":
        """(N, H, W, 3) pictures from pictures in 0..255 and (N, draws) numbers, uniform in -1..1."""
        raise NotImplementedError


@operation
class Flip(Move):
    """`flip`: left and right change places in half of the pictures."""

    draws: ClassVar[int] = 1

    def matrices(self, tf: ModuleType, draws: "tf.Tensor") -> "tf.Tensor":
        one = tf.ones_like(draws[:, 0])
        return _affine(tf, x_scale=tf.where(draws[:, 0] < 0, -one, one), y_scale=one)


@operation
class Shift(Move):
    """`shift(share)`: moved by up to that share of the side, each way; the edge is mirrored in."""

    share: Share
    draws: ClassVar[int] = 2

    def matrices(self, tf: ModuleType, draws: "tf.Tensor") -> "tf.Tensor":
        one = tf.ones_like(draws[:, 0])
        return _affine(tf, one, one, self.share * draws[:, 0], self.share * draws[:, 1])


@operation
class Zoom(Move):
    """`zoom(share)`: larger or smaller by up to that share; the edge is mirrored in."""

    share: Share
    draws: ClassVar[int] = 1

    def matrices(self, tf: ModuleType, draws: "tf.Tensor") -> "tf.Tensor":
        scale = 1 / (1 + self.share * draws[:, 0])
        return _affine(tf, scale, scale)


@operation
class Brightness(Recolour):
    """`brightness(share)`: all pixels lighter or darker by up to that share of the full range."""

    share: Share
    draws: ClassVar[int] = 1

    def recolour(self, tf: ModuleType, pictures: "tf.Tensor", draws: "tf.Tensor") -> "tf.Tensor":
        return pictures + 255 * self.share * draws[:, tf.newaxis, tf.newaxis]


@operation
class Saturation(Recolour):
    """`saturation(share)`: colours stronger or paler by up to that share; grey stays grey."""

    share: Share
    draws: ClassVar[int] = 1

    def recolour(self, tf: ModuleType, pictures: "tf.Tensor", draws: "tf.Tensor") -> "tf.Tensor":
        grey = tf.reduce_sum(pictures * tf.constant(LUMA, pictures.dtype), axis=-1, keepdims=True)
        return grey + (pictures - grey) * (1 + self.share * draws[:, tf.newaxis, tf.newaxis])


Augmentation = Move | Recolour
AUGMENTATIONS: dict[str, type[Augmentation]] = {
    "flip": Flip, "shift": Shift, "zoom": Zoom, "brightness": Brightness, "saturation": Saturation,
}


def _affine(tf: ModuleType, x_scale: "tf.Tensor", y_scale: "tf.Tensor", x: "tf.Tensor | float" = 0.0,
            y: "tf.Tensor | float" = 0.0) -> "tf.Tensor":
    """(N, 3, 3) matrices that scale, then move."""
    one, zero = tf.ones_like(x_scale), tf.zeros_like(x_scale)
    rows = [[x_scale, zero, x + zero], [zero, y_scale, y + zero], [zero, zero, one]]
    return tf.stack([tf.stack(row, axis=-1) for row in rows], axis=-2)
