"""What a network line adds up to, by formula and without TensorFlow."""

from dataclasses import dataclass

from auxiliary.errors import UserError
from auxiliary.line import parse_line
from auxiliary.networks.operations import OPERATIONS, Cost, Dense, Shape


@dataclass(frozen=True)
class Total:
    """A whole network's figures: parameters and multiply-adds for one picture."""

    parameters: int
    multiply_adds: int


def layer_costs(line: str, shape: Shape, classes: int) -> list[tuple[str, Cost]]:
    """Each operation of a line with its cost, the final `dense(classes)` included.

    Args:
        line: a `net` line, or a `head` line.
        shape: what goes in, without the batch axis: (height, width, channels).
        classes: number of categories.

    Raises:
        UserError: when an operation does not fit what comes before it, naming the operation.
    """
    rows = []
    for position, step in enumerate([*parse_line(line, OPERATIONS, "net"), Dense(classes)], start=1):
        try:
            cost = step.cost(shape)
        except UserError as error:
            raise UserError(f"net `{line}`: operation {position}, {step}, gets {shape}: {error}") from None
        rows.append((str(step), cost))
        shape = cost.shape
    return rows


def total(line: str, shape: Shape, classes: int) -> Total:
    """Parameters and multiply-adds of a line with its final layer; arguments as in `layer_costs`."""
    costs = [cost for _, cost in layer_costs(line, shape, classes)]
    return Total(sum(cost.parameters for cost in costs), sum(cost.multiply_adds for cost in costs))
