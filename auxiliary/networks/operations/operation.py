"""What an operation is, the types of its arguments, and operations in a row."""

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import Field

from auxiliary.networks.layer_costs import Cost, Shape

if TYPE_CHECKING:
    from keras import KerasTensor

Count = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(ge=0, lt=1)]
Penalty = Annotated[float, Field(ge=0)]
# Keras's own names. GELU is the exact one, by the error function.
Curve = Literal["relu", "gelu", "silu", "celu", "mish"]
Activation = Literal[Curve, "linear"]


class Operation(Protocol):
    """One step of a network."""

    def build(self, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
        """Apply layers of the module `keras` to a symbolic tensor.

        A layer's name is `name` followed by its key in `costs`.
        """
        ...

    def costs(self, shape: Shape) -> dict[str, Cost]:
        """The cost of each layer for an input shape; the last layer's output is the operation's."""
        ...


# Operations in a row, each with the ending of its layers' names.
Parts = Sequence[tuple[str, Operation]]


def build_parts(parts: Parts, keras: ModuleType, x: "KerasTensor", name: str) -> "KerasTensor":
    """Apply operations one after the other; arguments as in `Operation.build`."""
    for ending, part in parts:
        x = part.build(keras, x, name + ending)
    return x


def costs_of_parts(parts: Parts, shape: Shape) -> dict[str, Cost]:
    """The cost of each layer of operations in a row, the first of which gets the shape."""
    costs: dict[str, Cost] = {}
    for ending, part in parts:
        inside = part.costs(shape)
        costs |= {ending + key: cost for key, cost in inside.items()}
        shape = list(inside.values())[-1].shape
    return costs
