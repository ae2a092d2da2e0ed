"""The network of a finished run as other programs get it: in float32, calibrated, its preprocessing inside."""

from dataclasses import dataclass

import keras

from auxiliary.networks.costs import OUTPUT
from auxiliary.networks.inference import InferenceMode, folded


@dataclass(frozen=True)
class ExportedModel:
    """What is written, whatever the format; the models share their layers.

    Attributes:
        network: from (N, S, S, 3) float32 images in 0..255 to (N, classes) float32 probabilities, calibrated.
        model: the same from (N, H, W, 3) uint8 images of any size.
        categories: class names in the order of the probabilities.
    """

    network: keras.Model
    model: keras.Model
    categories: list[str]

    @property
    def size(self) -> int:
        """The side in pixels of the images that the network takes."""
        return self.network.input_shape[1]


def exported_model(plain: keras.Model, temperature: float, categories: list[str]) -> ExportedModel:
    """What is to be exported of a network.

    Args:
        plain: what `plain_network` made; left as it is.
        temperature: see `auxiliary.evaluation.calibration`.
        categories: class names in the order of the labels.
    """
    network = _calibrated(plain, temperature)
    return ExportedModel(network, _with_resizing(network), categories)


def plain_network(model: keras.Model) -> keras.Model:
    """A copy in float32 and inference mode, whatever it was trained in, made of nothing but Keras's own layers.

    Batch normalisation is folded into the convolutions before it.

    Args:
        model: a run's model, as `build_scratch` or `build_transfer` made it; left as it is.
    """
    return _plain(folded(model))


def _plain(model: keras.Model) -> keras.Model:
    def copy(layer: keras.layers.Layer) -> keras.layers.Layer:
        if isinstance(layer, InferenceMode):
            # Other programs do not know it, and a model that is only asked is in inference mode anyway.
            return _plain(layer.layer)
        return type(layer).from_config(layer.get_config() | {"dtype": "float32"})

    clone = keras.models.clone_model(model, clone_function=copy)
    # Weights are float32 in every precision.
    clone.set_weights(model.get_weights())
    return clone


def _calibrated(network: keras.Model, temperature: float) -> keras.Model:
    """The network with its last layer divided by the temperature: softmax((W·x + b) / T) takes no further step."""
    last = network.get_layer(OUTPUT)
    layer = keras.layers.Dense.from_config(last.get_config())
    model = keras.Model(network.inputs, layer(last.input), name=network.name)
    layer.set_weights([weight / temperature for weight in last.get_weights()])
    return model


def _with_resizing(network: keras.Model) -> keras.Model:
    images = keras.Input((None, None, 3), dtype="uint8", name="images")
    # Resizing alone would round images of whole numbers outside of graphs, and not inside.
    x = keras.layers.Rescaling(1.0, dtype="float32", name="as_float32")(images)
    size = network.input_shape[1]
    x = keras.layers.Resizing(size, size, "bilinear", antialias=True, dtype="float32", name="resize")(x)
    return keras.Model(images, network(x), name=network.name)
