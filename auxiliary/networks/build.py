"""The Keras model of an experiment: a scratch network, or a backbone with a head."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import keras

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.errors import UserError
from auxiliary.core.resources import check_memory
from auxiliary.networks.backbones import tuned_layers
from auxiliary.networks.costs import OUTPUT
from auxiliary.networks.inference import InferenceMode
from auxiliary.networks.memory import weight_bytes
from auxiliary.networks.operations.registry import final_layer, named_operations
from auxiliary.networks.operations.special import Whiten
from auxiliary.networks.pretrained import load_backbone, preprocessing, set_tuned


def build_scratch(experiment: ScratchExperiment, classes: int, any_size: bool = False) -> keras.Model:
    """Build a scratch network with fresh weights.

    Args:
        experiment: its `net` and `image_size` are used.
        classes: number of classes.
        any_size: whether it takes images of any size, which a net that ends in `gap` can. Its weights have the order
            and shapes of the network for `image_size`.

    Returns:
        A model from (N, S, S, 3) images in 0..255 to (N, classes) float32 probabilities.

    Raises:
        UserError: its weights do not fit into memory, or it cannot take images of any size.
    """
    check_memory(weight_bytes(experiment, classes), f"the network {experiment.key} takes")
    side = None if any_size else experiment.image_size
    images = keras.Input((side, side, 3), name="images")
    steps = named_operations(experiment.net)
    # In float32 where the differences between neighbouring pixels are enlarged.
    dtype = "float32" if steps and isinstance(steps[0][1], Whiten) else None
    scaled = keras.layers.Rescaling(1 / 255, dtype=dtype, name="scale")(images)
    return keras.Model(images, _apply(experiment.net, scaled, classes), name=f"scratch_{_identifier(experiment.slug)}")


@dataclass(frozen=True)
class Transfer:
    """A backbone with a head, as three models with shared layers.

    Attributes:
        model: from (N, S, S, 3) images in 0..255 to (N, classes) float32 probabilities.
        features: from images to pooled features, (N, channels) float32; with a frozen backbone computed only once.
        head: from pooled features to probabilities; all that is trained with a frozen backbone.
        backbones: the pre-trained layers of each backbone.
        parts: where there are several backbones, from images to the pooled features of each, by its name.
    """

    model: keras.Model
    features: keras.Model
    head: keras.Model
    backbones: tuple[keras.Model, ...]
    parts: Mapping[str, keras.Model]


def build_transfer(experiment: TransferExperiment, classes: int, weights: str | None = "imagenet") -> Transfer:
    """Build one or several backbones with pre-trained weights and a fresh head.

    Of several the feature maps are put side by side, so that the head gets the pooled features of all. A class token
    stands for the pooled features of its backbone.

    The backbone always runs in inference mode: its batch norm keeps the averages of pre-training, also in layers that
    are tuned.

    Args:
        experiment: its `backbone`, `head`, `image_size` and `tune_last` are used.
        classes: number of classes.
        weights: `imagenet`, or None for random weights.

    Raises:
        UserError: the pre-trained weights can be neither read nor downloaded, all weights do not fit into memory, or
            several backbones give maps of different sizes.
    """
    check_memory(weight_bytes(experiment, classes), f"the network {experiment.key} takes")
    backbones = tuple(load_backbone(name, experiment.image_size, weights) for name in experiment.backbones)
    images = keras.Input((experiment.image_size, experiment.image_size, 3), name="images")
    outputs = {}
    for number, (name, backbone) in enumerate(zip(experiment.backbones, backbones, strict=True)):
        set_tuned(backbone, tuned_layers(name, experiment.tune_last))
        outputs[name] = _outputs(name, backbone, images, suffix=f"_{number + 1}" if number else "")
    pooled = _pooled(outputs)
    features = keras.Model(images, pooled, name="features")
    parts = {name: keras.Model(images, _pool(each)) for name, each in outputs.items() if len(outputs) > 1}

    vector = keras.Input(pooled.shape[1:], name="pooled")
    # The head spec begins with `gap`, which is the pooling above.
    rest = experiment.layers.partition("|")[2]
    head = keras.Model(vector, _apply(rest, vector, classes), name="head")
    probabilities = pooled
    for layer in head.layers[1:]:
        probabilities = layer(probabilities)
    model = keras.Model(images, probabilities, name=f"transfer_{_identifier(experiment.slug)}")
    return Transfer(model, features, head, backbones, parts)


def _outputs(name: str, backbone: keras.Model, images: keras.KerasTensor, suffix: str) -> keras.KerasTensor:
    """The feature maps of a backbone, or its class token; a suffix tells a second one's layers from the first one's."""
    scale = preprocessing(name, f"preprocessing{suffix}")
    return InferenceMode(backbone, name=f"backbone{suffix}")(scale(images) if scale else images)


def _pooled(outputs: Mapping[str, keras.KerasTensor]) -> keras.KerasTensor:
    """The pooled features of all backbones, side by side."""
    if all(len(each.shape) == 4 for each in outputs.values()):
        # The maps first: Grad-CAM shows all of them.
        return _pool(_side_by_side(outputs), "pool")
    first, *others = (_pool(each) for each in outputs.values())
    return keras.layers.Concatenate(name="side_by_side")([first, *others]) if others else first


def _pool(output: keras.KerasTensor, name: str | None = None) -> keras.KerasTensor:
    """The mean of each channel of feature maps; a class token as it is."""
    return keras.layers.GlobalAveragePooling2D(name=name)(output) if len(output.shape) == 4 else output


def _side_by_side(maps: Mapping[str, keras.KerasTensor]) -> keras.KerasTensor:
    """The channels of all maps."""
    if len({each.shape[1:3] for each in maps.values()}) > 1:
        sides = ", ".join(f"{name} {each.shape[1]} x {each.shape[2]}" for name, each in maps.items())
        raise UserError("backbones that are joined must give maps of one size, and at this image size they give "
                        f"{sides}: join others, or choose another `image_size`")
    first, *others = maps.values()
    return keras.layers.Concatenate(name="side_by_side")([first, *others]) if others else first


def _apply(spec: str, x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """Apply the operations of a spec and the final layer."""
    for name, step in named_operations(spec):
        x = step.build(keras, x, name)
        if x.shape[1:] == (None,):
            raise UserError(f"net `{spec}`: {name} gives another number of features for each size of image, so it "
                            "takes one size only; `gap` in its place allows others")
    # float32 in every precision: probabilities and the loss need its digits.
    return keras.layers.Dense(classes, activation="softmax", use_bias=final_layer(spec).bias, dtype="float32",
                              name=OUTPUT)(x)


def _identifier(name: str) -> str:
    """A name that TensorFlow accepts for its operations, which is ASCII."""
    return re.sub(r"[^A-Za-z0-9]", "_", name)
