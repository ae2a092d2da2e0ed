"""The record of a backbone, and how networks of ImageNet want their pixels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

Channels = tuple[float, float, float]


class Rescale(NamedTuple):
    """What is done to images of 0 to 255 first: each channel times `scale`, plus `offset`; red, green, blue."""

    scale: float | Channels
    offset: float | Channels


# The modes "tf", "torch" and "caffe" of `preprocess_input` in keras.applications, the last for red, green, blue.
PLUS_MINUS_ONE = Rescale(1 / 127.5, -1.0)
IMAGENET_DEVIATIONS = Rescale((1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)),
                              (-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225))
IMAGENET_MEANS = Rescale(1.0, (-123.68, -116.779, -103.939))


@dataclass(frozen=True)
class Backbone:
    """The description of a pre-trained network, without loading it; all sizes are without its top.

    Attributes:
        name: the value of `backbone` in a profile.
        about: a short description.
        top1: published share of right answers on the validation images of ImageNet, in percent.
        image_size: side in pixels of the images that `top1` was measured on.
        channels: channels of its feature map.
        parameters: number of parameters.
        multiply_adds: multiplications with addition for one image of 224x224.
        layers: number of layers, the input included.
        rescale: what to do to images first; None where the model does it itself.
        builder: `module:function`, of which the function takes the arguments of those in `keras.applications`.
        options: further arguments of the builder.
        smallest: side in pixels of the smallest images that it takes.
        weights_at: side in pixels for which the builder must load the weights; 0 where it can for any.
        bgr: whether the pre-trained weights expect the channels blue, green and red.
    """

    name: str
    about: str
    top1: float
    image_size: int
    channels: int
    parameters: int
    multiply_adds: int
    layers: int
    rescale: Rescale | None
    builder: str
    options: Mapping[str, float | str] = field(default_factory=dict)
    smallest: int = 32
    weights_at: int = 0
    bgr: bool = False

    @property
    def megabytes(self) -> float:
        """The size of its weights in millions of bytes."""
        return 4 * self.parameters / 1e6
