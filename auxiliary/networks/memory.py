"""The least memory that an experiment needs, by formula: it is known before the network is built."""

import math
from itertools import pairwise

from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.core.spec import parse_one
from auxiliary.networks.backbones import find_backbone
from auxiliary.networks.costs import experiment_costs
from auxiliary.networks.optimizers import OPTIMIZERS

FLOAT32, FLOAT16 = 4, 2     # bytes


def weight_bytes(experiment: Experiment, classes: int) -> int:
    """Bytes of a network's weights.

    Args:
        experiment: its network, or its backbone and head.
        classes: number of classes.
    """
    own = sum(cost.parameters for cost in experiment_costs(experiment, classes).values())
    return FLOAT32 * (own + _backbone(experiment))


def experiment_bytes(experiment: Experiment, classes: int, images: int, precision: str) -> int:
    """The least memory in bytes that an experiment needs, without TensorFlow's own.

    Training holds the weights of the layers, their gradients and the optimiser's averages. It holds a batch of images
    and what each layer with weights makes of it, for backpropagation. Without epochs the weights and the largest two
    neighbouring layers must fit. Of a backbone only the weights are counted.

    Args:
        experiment: what is trained.
        classes: number of classes.
        images: number of training images.
        precision: the Keras dtype policy, such as `mixed_bfloat16`.
    """
    layers = experiment_costs(experiment, classes).values()
    batch, width = min(experiment.batch_size, images), FLOAT16 if precision.startswith("mixed") else FLOAT32
    sizes = [math.prod(cost.shape) for cost in layers]
    pixels = FLOAT32 * 3 * experiment.image_size**2 if isinstance(experiment, ScratchExperiment) else 0
    if not experiment.epochs:
        neighbours = max(map(sum, pairwise(sizes)), default=0)
        return weight_bytes(experiment, classes) + batch * max(pixels, width * neighbours)
    trained = sum(cost.parameters - cost.non_trainable for cost in layers)
    held = sum(size for size, cost in zip(sizes, layers, strict=True) if cost.parameters)
    # Of each trained weight also its gradient, what the optimiser holds, and the averages with the weights themselves.
    copies = 1 + parse_one(experiment.optimizer, OPTIMIZERS, "optimizer").averages + 2 * bool(experiment.averaging)
    return (weight_bytes(experiment, classes) + FLOAT32 * copies * trained
            + batch * (pixels + width * held))


def _backbone(experiment: Experiment) -> int:
    """The number of weights of an experiment's backbone; 0 without one."""
    return 0 if isinstance(experiment, ScratchExperiment) else find_backbone(experiment.backbone).parameters
