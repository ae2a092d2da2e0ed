"""EfficientNetB0 to B7 of `keras.applications` without their preprocessing, which Keras builds in two ways.

With ImageNet weights Keras adds a layer that the same function leaves out without them, and the deviations are held by
another one. A network that is built without weights, to be given those of an earlier run, would see other pixels. So
the preprocessing is outside, as the registry of backbones says, and its layers inside are cut off.
"""

import keras
import numpy as np

from auxiliary.core.errors import UserError
from auxiliary.networks.backbone import IMAGENET_DEVIATIONS

# The first layer after the preprocessing.
STEM = "stem_conv_pad"


def efficientnet_b(number: int, include_top: bool = False, weights: str | None = "imagenet",
                   input_shape: tuple[int, int, int] = (224, 224, 3)) -> keras.Model:
    """Build EfficientNetB0 to B7; arguments as in `keras.applications`.

    The input is (N, height, width, 3), rescaled by `IMAGENET_DEVIATIONS`.

    Raises:
        UserError: Keras rescales the images in another way than that.
    """
    build = getattr(keras.applications, f"EfficientNetB{number}")
    model = build(include_top=include_top, weights=weights, input_shape=input_shape)
    stem = model.get_layer(STEM)
    if weights:
        _check_preprocessing(keras.Model(model.input, stem.input), model.name)
    return keras.Model(stem.input, model.output, name=model.name)


def _check_preprocessing(inside: keras.Model, name: str) -> None:
    """Compare what the layers that are cut off make of black and white with what the registry says."""
    black_and_white = np.stack([np.full(inside.input_shape[1:], value, "float32") for value in (0, 255)])
    pixels = np.asarray(inside(black_and_white, training=False), "float32")
    scale, offset = map(np.asarray, IMAGENET_DEVIATIONS)
    # Nothing in these layers depends on the place. In 16 bits they are less exact.
    if not np.allclose(pixels[:, 0, 0], black_and_white[:, 0, 0] * scale + offset, atol=0.05):
        raise UserError(f"the ImageNet weights of {name} want other pixels than those of Keras 3.15: "
                        "use another backbone, such as EfficientNetV2B0")
