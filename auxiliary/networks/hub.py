"""Image backbones of KerasHub as Keras models, with their size and preprocessing, which are known once they are built.

KerasHub is the extra `hub`; it is imported when a preset is looked up.
"""

import math
import random
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.networks.backbone import Backbone, Rescale
from auxiliary.networks.hub_names import PREFIX, preset_folder

if TYPE_CHECKING:
    import keras
    from keras_hub.layers import ImageConverter

    from auxiliary.networks.hub_files import Preset

BUILDER = f"{__name__}:hub_backbone"
# Side in pixels that costs are given for, and of the images of presets that name no size.
USUAL = 224


@cache
def describe(name: str) -> Backbone:
    """The record of a preset of KerasHub. It is built once in a process, with random weights.

    Its `multiply_adds` include the products of attention. Without a published `top1`, that is NaN.

    Args:
        name: `hub:` and a preset or the path of its folder.

    Raises:
        UserError: KerasHub is not installed; there is no such image backbone; its files cannot be had.
    """
    runtime.load()
    from auxiliary.networks.hub_files import read_converter, read_preset
    from auxiliary.networks.pretrained import tunable_layers
    from auxiliary.networks.summary import multiply_adds

    preset, converter = read_preset(name), _converter(read_converter(name))
    size = preset.side or (converter.image_size or (USUAL,))[0]
    with _same_random_numbers():
        model = hub_backbone(name, weights=None, input_shape=(size, size, 3))
    return Backbone(
        name, f"{preset.kind} of KerasHub", math.nan, size, model.output_shape[-1], model.count_params(),
        round(multiply_adds(model) * (USUAL / size) ** 2), len(tunable_layers(model)), _rescale(converter), BUILDER,
        {"name": name}, smallest=1)


def hub_backbone(name: str, weights: str | None, input_shape: tuple[int, int, int],
                 include_top: bool = False) -> "keras.Model":
    """Build a preset of KerasHub; arguments as in the functions of `keras.applications`.

    Args:
        name: as in `describe`.
        weights: `"imagenet"` stands for the preset's own, whatever they were trained on; None for random ones.
        input_shape: height, width and 3; some presets take one size only.
        include_top: must be False.

    Returns:
        A model as `with_features` gives it.

    Raises:
        UserError: as in `describe`; or it takes no images of that size.
    """
    from auxiliary.networks.hub_families import with_features
    from auxiliary.networks.hub_files import reaching, read_preset

    if include_top:
        raise ValueError("presets of KerasHub are built without their top")
    preset, size = read_preset(name), input_shape[0]
    other_size = preset.side not in (None, size)
    if other_size and not preset.family.size_argument:
        raise _one_size(name, preset.side)
    with reaching(name):
        try:
            model = _build(name, preset, weights is not None, input_shape)
        except ValueError as error:
            # The positions of patches have weights: in some families for one size only.
            if weights and other_size:
                raise _one_size(name, preset.side) from error
            reason = textwrap.shorten(str(error), 200)
            raise UserError(f"{name} cannot be built for images of {size} pixels: {reason}") from error
    return with_features(model, preset.family)


def _build(name: str, preset: "Preset", weights: bool, input_shape: tuple[int, int, int]) -> "keras.Model":
    import keras

    from auxiliary.networks.hub_files import keras_hub

    half, argument = preset.family.half, preset.family.size_argument
    if half and not weights:
        # Without the half for texts, which may be the larger one.
        return keras.saving.deserialize_keras_object(preset.fields[half])
    model = keras_hub(name).models.Backbone.from_preset(
        str(preset_folder(name) or name.removeprefix(PREFIX)), load_weights=weights,
        **({argument: input_shape} if argument else {}))
    return getattr(model, half) if half else model


def _one_size(name: str, size: int) -> UserError:
    return UserError(f"{name} takes images of {size} pixels only: write `image_size: {size}`")


def _converter(written: dict[str, Any]) -> "ImageConverter":
    import keras

    return keras.saving.deserialize_keras_object(written)


def _rescale(converter: "ImageConverter") -> Rescale | None:
    """Its scale and offset; this package resizes images itself."""
    if converter.scale is None and converter.offset is None:
        return None
    return Rescale(_per_channel(converter.scale, 1.0), _per_channel(converter.offset, 0.0))


def _per_channel(value: Any, default: float) -> float | tuple[float, ...]:
    if value is None:
        return default
    return tuple(map(float, value)) if isinstance(value, (list, tuple)) else float(value)


@contextmanager
def _same_random_numbers() -> Iterator[None]:
    """Leave the random numbers that Keras takes its seeds from as they were: a run must not depend on a description."""
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)
