"""The Keras model of an experiment: a scratch network, or a backbone with a head."""

import re
from dataclasses import dataclass

import keras

from auxiliary.config.profile import ScratchExperiment, TransferExperiment
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
        backbone: the pre-trained layers.
    """

    model: keras.Model
    features: keras.Model
    head: keras.Model
    backbone: keras.Model


def build_transfer(experiment: TransferExperiment, classes: int, weights: str | None = "imagenet") -> Transfer:
    """Build a backbone with pre-trained weights and a fresh head.

    The backbone always runs in inference mode: its batch norm keeps the averages of pre-training, also in layers that
    are tuned.

    Args:
        experiment: its `backbone`, `head`, `image_size` and `tune_last` are used.
        classes: number of classes.
        weights: `imagenet`, or None for random weights.

    Raises:
        UserError: the pre-trained weights can be neither read nor downloaded, or all weights do not fit into memory.
    """
    check_memory(weight_bytes(experiment, classes), f"the network {experiment.key} takes")
    backbone = load_backbone(experiment.backbone, experiment.image_size, weights)
    set_tuned(backbone, tuned_layers(experiment.backbone, experiment.tune_last))
    images = keras.Input((experiment.image_size, experiment.image_size, 3), name="images")
    scale = preprocessing(experiment.backbone)
    maps = InferenceMode(backbone, name="backbone")(scale(images) if scale else images)
    pooled = keras.layers.GlobalAveragePooling2D(name="pool")(maps)
    features = keras.Model(images, pooled, name="features")

    vector = keras.Input(pooled.shape[1:], name="pooled")
    # The head spec begins with `gap`, which is the pooling above.
    rest = experiment.layers.partition("|")[2]
    head = keras.Model(vector, _apply(rest, vector, classes), name="head")
    probabilities = pooled
    for layer in head.layers[1:]:
        probabilities = layer(probabilities)
    model = keras.Model(images, probabilities, name=f"transfer_{_identifier(experiment.slug)}")
    return Transfer(model, features, head, backbone)


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
