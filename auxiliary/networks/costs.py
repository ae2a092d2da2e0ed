"""The cost of a whole network, computed from its spec by formula and without TensorFlow."""

from dataclasses import dataclass

from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.core.errors import UserError
from auxiliary.core.text import counted
from auxiliary.networks import layer_costs
from auxiliary.networks.backbones import find_backbone
from auxiliary.networks.layer_costs import Cost, Shape
from auxiliary.networks.operations.registry import final_layer, named_operations

# The name of every network's last layer, which gives one probability per class.
OUTPUT = "probabilities"


@dataclass(frozen=True)
class NetworkCost:
    """The size of a whole network.

    Attributes:
        parameters: number of parameters.
        trainable: number of parameters that are trained where no layer is frozen.
        multiply_adds: multiplications with addition for one image.
        layers: number of layers.
    """

    parameters: int
    trainable: int
    multiply_adds: int
    layers: int


def costs_per_layer(spec: str, shape: Shape, classes: int) -> dict[str, Cost]:
    """The cost of each layer of a network, the final one included.

    Args:
        spec: a `net` or `head` spec.
        shape: input shape without the batch axis: (height, width, channels).
        classes: number of classes.

    Returns:
        The costs by layer name, in the order of the spec.

    Raises:
        UserError: an operation does not fit its input; the message names the operation.
    """
    final = final_layer(spec)
    steps = [(name, step.costs) for name, step in named_operations(spec)]
    written = [f"operation {position}, `{text.strip()}`," for position, text in enumerate(spec.split("|"), start=1)]
    texts = [*written[:len(steps)], "the final layer"]
    steps.append((OUTPUT, lambda shape: {"": layer_costs.dense(shape, classes, final.bias)}))
    costs: dict[str, Cost] = {}
    for text, (name, costs_for) in zip(texts, steps, strict=True):
        try:
            layers = costs_for(shape)
        except UserError as error:
            raise UserError(f"net `{spec}`: {text} gets {_in_words(shape)}: {error}") from None
        costs |= {name + suffix: cost for suffix, cost in layers.items()}
        shape = list(layers.values())[-1].shape
    return costs


def experiment_costs(experiment: Experiment, classes: int) -> dict[str, Cost]:
    """The cost of each layer of a network from scratch, or of a backbone's head; errors as in `costs_per_layer`."""
    if isinstance(experiment, ScratchExperiment):
        return costs_per_layer(experiment.net, (experiment.image_size, experiment.image_size, 3), classes)
    # The head begins with `gap`, behind which there are vectors.
    return costs_per_layer(experiment.layers.partition("|")[2], (find_backbone(experiment.backbone).channels,), classes)


def _in_words(shape: Shape) -> str:
    if len(shape) == 1:
        return counted(*shape, "number")
    height, width, channels = shape
    return f"{counted(channels, 'channel')} of {height} x {width} pixels"


def network_cost(spec: str, shape: Shape, classes: int) -> NetworkCost:
    """The cost of a network with its final layer; arguments and errors as in `costs_per_layer`."""
    costs = costs_per_layer(spec, shape, classes).values()
    parameters = sum(cost.parameters for cost in costs)
    return NetworkCost(
        parameters=parameters,
        trainable=parameters - sum(cost.non_trainable for cost in costs),
        multiply_adds=sum(cost.multiply_adds for cost in costs),
        layers=len(costs))
