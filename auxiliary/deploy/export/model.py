"""The network of a finished run as it is exported: float32, calibrated, with its preprocessing inside."""

from dataclasses import dataclass

import keras

from auxiliary.deploy.export.resize import resize
from auxiliary.deploy.export.score import score_of
from auxiliary.evaluation.out_of_distribution import Detector
from auxiliary.networks.costs import OUTPUT
from auxiliary.networks.inference import InferenceMode, fold_batch_norm

# Names of the outputs.
PROBABILITIES, SCORE = "probabilities", "score"


@dataclass(frozen=True)
class ExportModel:
    """The model to export in any format.

    Attributes:
        model: from (N, H, W, 3) uint8 images of any size to its outputs by name: `probabilities`, (N, classes) float32,
            calibrated; and where there is a detector `score`, (N,) float32.
        categories: class names in the order of the probabilities.
        has_score: whether it has the second output.
    """

    model: keras.Model
    categories: list[str]
    has_score: bool = False


def build_export_model(network: keras.Model, temperature: float, categories: list[str],
                       detector: Detector | None = None) -> ExportModel:
    """Calibrate a network, add the resizing of images, and the score where there is a detector.

    Args:
        network: the result of `plain_network`; it is not changed.
        temperature: see `auxiliary.evaluation.calibration`.
        categories: class names in the order of the labels.
        detector: tells images that are unlike the training images; None for none.
    """
    whole = calibrated(network, temperature)
    outputs = {PROBABILITIES: whole.output}
    if detector is not None:
        outputs[SCORE] = score_of(whole.get_layer(OUTPUT).input, detector)
    two = keras.Model(whole.inputs, outputs, name=whole.name)
    return ExportModel(_add_resizing(two), categories, detector is not None)


def plain_network(model: keras.Model) -> keras.Model:
    """A copy in float32 and inference mode, made of Keras's own layers only, whatever precision it was trained in.

    Batch normalisation is folded into the convolutions before it.

    Args:
        model: a run's model from `build_scratch` or `build_transfer`; it is not changed.
    """
    return _plain_copy(fold_batch_norm(model))


def has_foreign_layers(network: keras.Model) -> bool:
    """Whether a network holds layers or models that are not Keras's own, such as those of KerasHub."""
    inside = [layer for layer in network.layers if isinstance(layer, keras.Model)]
    return not all(type(layer).__module__.startswith("keras.") for layer in network.layers) or any(
        map(has_foreign_layers, inside))


def _plain_copy(model: keras.Model) -> keras.Model:
    def copy(layer: keras.Operation) -> keras.Operation:
        if isinstance(layer, InferenceMode):
            # Other programs do not have this layer, and predictions use inference mode anyway.
            return _plain_copy(layer.layer)
        if isinstance(layer, keras.Model) and type(layer).__module__.startswith("keras."):
            return _plain_copy(layer)
        # A model of KerasHub is copied by its configuration, as a layer. A sum of two tensors that is no layer has no
        # precision of its own.
        precision = {"dtype": "float32"} if isinstance(layer, keras.layers.Layer) else {}
        return type(layer).from_config(layer.get_config() | precision)

    clone = keras.models.clone_model(model, clone_function=copy)
    # Weights are float32 in every precision.
    clone.set_weights(model.get_weights())
    return clone


def calibrated(network: keras.Model, temperature: float) -> keras.Model:
    """The network with the weights of its last layer divided by the temperature: softmax((W·x + b) / T).

    Args:
        network: the result of `plain_network`; it is not changed.
        temperature: see `auxiliary.evaluation.calibration`.
    """
    last = network.get_layer(OUTPUT)
    layer = keras.layers.Dense.from_config(last.get_config())
    model = keras.Model(network.inputs, layer(last.input), name=network.name)
    layer.set_weights([weight / temperature for weight in last.get_weights()])
    return model


def _add_resizing(network: keras.Model) -> keras.Model:
    images = keras.Input((None, None, 3), dtype="uint8", name="images")
    x = keras.layers.Rescaling(1.0, dtype="float32", name="as_float32")(images)
    return keras.Model(images, network(resize(x, network.input_shape[1])), name=network.name)
