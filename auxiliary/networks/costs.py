"""What a network line adds up to, by formula and without TensorFlow."""

from dataclasses import dataclass

from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_spec
from auxiliary.networks.layer_costs import Cost, Shape
from auxiliary.networks.operations import OPERATIONS, Dense, Operation

# The name of the last layer of every network, which gives a probability a class.
OUTPUT = "probabilities"


@dataclass(frozen=True)
class Total:
    """A whole network's figures.

    Attributes:
        parameters: numbers held.
        trainable: how many of them are trained where no layer is frozen.
        multiply_adds: multiplications with addition for one image.
        layers: how many layers it has.
    """

    parameters: int
    trainable: int
    multiply_adds: int
    layers: int


def named_steps(line: str) -> list[tuple[str, Operation]]:
    """The operations of a line, each with the name of its layers: its own and its position, such as `conv1`."""
    words = {kind: word for word, kind in OPERATIONS.items()}
    steps = parse_spec(line, OPERATIONS, "net")
    return [(f"{words[type(step)]}{position}", step) for position, step in enumerate(steps, start=1)]


def layer_costs(line: str, shape: Shape, classes: int) -> dict[str, Cost]:
    """Each layer of a line with its cost, the final `dense(classes)` included.

    Args:
        line: a `net` line, or a `head` line.
        shape: what goes in, without the batch axis: (height, width, channels).
        classes: number of categories.

    Returns:
        Costs by the name of the layer, in the order of the line.

    Raises:
        UserError: when an operation does not fit what comes before it, naming the operation.
    """
    costs: dict[str, Cost] = {}
    for position, (name, step) in enumerate([*named_steps(line), (OUTPUT, Dense(classes))], start=1):
        try:
            layers = step.costs(shape)
        except UserError as error:
            raise UserError(f"net `{line}`: operation {position}, {step}, gets {shape}: {error}") from None
        costs |= {name + part: cost for part, cost in layers.items()}
        shape = list(layers.values())[-1].shape
    return costs


def total(line: str, shape: Shape, classes: int) -> Total:
    """The figures of a line with its final layer; arguments as in `layer_costs`."""
    costs = layer_costs(line, shape, classes).values()
    parameters = sum(cost.parameters for cost in costs)
    return Total(
        parameters=parameters,
        trainable=parameters - sum(cost.untrained for cost in costs),
        multiply_adds=sum(cost.multiply_adds for cost in costs),
        layers=len(costs))
