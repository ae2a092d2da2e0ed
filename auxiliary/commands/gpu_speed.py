"""How fast TensorFlow's device trains, measured on it in a few steps of small networks. Needs TensorFlow."""

import math
import time
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from auxiliary.commands.speed import Speed
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.data.epochs import READY, without_autotuning
from auxiliary.networks.backbones import find_backbone
from auxiliary.networks.build import build_scratch
from auxiliary.networks.costs import costs_per_layer
from auxiliary.networks.inference import frozen_graph
from auxiliary.networks.layer_costs import Cost
from auxiliary.networks.pretrained import load_backbone
from auxiliary.training.trained_model import compiled

# Layers that compute next to nothing: one, and many; layers that do little with each number; and wide convolutions.
LEAST, MANY = "gap", " | ".join(["conv(4, padding=same)"] * 10 + ["gap"])
NUMBERS = " | ".join(["conv(64, 1)", *["batchnorm | act(relu)"] * 4, "gap"])
WIDE = " | ".join(["conv(128, padding=same)"] * 5 + ["gap"])
SMALL, LARGE, SQUARE = 8, 64, 32    # pixels
BACKBONE = "MobileNetV2"
BATCH, STEPS, CLASSES = 32, 20, 10
# A pass forward and back is three passes forward. Adam moves as many numbers per parameter as 3.5 between two layers.
PASSES, ADAM = 3, 3.5
# Of a network's time at least this share is its work, however much its layers and steps seem to take.
LEAST_SHARE = 0.1


def measure_speed(name: str) -> Speed:
    """The speed of the device that TensorFlow computes on, after `auxiliary.core.runtime.start`.

    Args:
        name: what a sentence calls it.
    """
    layer = max(0.0, (_step(MANY, SMALL) - (least := _step(LEAST, SMALL))) / (PASSES * _layers(MANY)))
    step = max(0.0, least - PASSES * layer * _layers(LEAST))

    def work(net: str, side: int) -> float:
        """Seconds of a pass forward but for what each step and each layer takes."""
        seconds = _step(net, side)
        return max(LEAST_SHARE * seconds, seconds - step - PASSES * layer * _layers(net)) / PASSES

    number = work(NUMBERS, LARGE) / (BATCH * sum(math.prod(cost.shape) for cost in _costs(NUMBERS, LARGE)))
    products = 2 * BATCH * sum(cost.multiply_adds for cost in _costs(WIDE, SQUARE))
    return Speed(name, products / work(WIDE, SQUARE), _backbone_speed(layer), number, ADAM * number, step, layer,
                 apart=True)


def _backbone_speed(layer: float) -> float:
    """Floating-point operations per second of a backbone that predicts."""
    backbone = find_backbone(BACKBONE)
    predict = frozen_graph(load_backbone(BACKBONE, backbone.image_size, weights=None))
    images = tf.constant(_images(backbone.image_size))
    seconds = _seconds(lambda: [predict(images) for _ in range(STEPS)][-1].numpy())
    work = max(LEAST_SHARE * seconds, seconds - layer * backbone.layers)
    return 2 * BATCH * backbone.multiply_adds / work


def _step(net: str, side: int) -> float:
    """Seconds of a training step of a network."""
    experiment = ScratchExperiment(
        model_id="speed", key="speed", learning_rate=1e-3, epochs=1, image_size=side, net=net)
    model = compiled(build_scratch(experiment, CLASSES), experiment, experiment.learning_rate, STEPS)
    labels = np.arange(BATCH) % CLASSES
    batches = without_autotuning(tf.data.Dataset.from_tensors((_images(side), labels))).cache().repeat().prefetch(READY)
    return _seconds(lambda: model.fit(batches, steps_per_epoch=STEPS, shuffle=False, verbose=0))


def _seconds(run: Callable[[], object]) -> float:
    """Seconds per step of a function that makes `STEPS` of them."""
    # TensorFlow traces the first one, and chooses its algorithms.
    run()
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) / STEPS


def _images(side: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(0, 255, (BATCH, side, side, 3)).astype("float32")


def _costs(net: str, side: int) -> list[Cost]:
    return list(costs_per_layer(net, (side, side, 3), CLASSES).values())


def _layers(net: str) -> int:
    return len(_costs(net, SMALL))
