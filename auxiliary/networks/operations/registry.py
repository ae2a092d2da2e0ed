"""All operations by name, and a spec read with them."""

from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_spec
from auxiliary.networks.operations.layers import Act, BatchNorm, Conv, Dense, Dropout, Scale
from auxiliary.networks.operations.operation import Operation
from auxiliary.networks.operations.pooling import AveragePool, BlurPool, Flatten, GlobalAverage, Pool
from auxiliary.networks.operations.residual import Bottleneck, Residual
from auxiliary.networks.operations.special import Classes, SqueezeExcite, Stem, Whiten

OPERATIONS: dict[str, type[Operation] | type[Classes]] = {
    "conv": Conv, "pool": Pool, "avgpool": AveragePool, "blurpool": BlurPool, "gap": GlobalAverage,
    "flatten": Flatten, "dense": Dense, "act": Act, "dropout": Dropout, "batchnorm": BatchNorm, "scale": Scale,
    "stem": Stem, "whiten": Whiten, "res": Residual, "bottleneck": Bottleneck, "se": SqueezeExcite,
    "classes": Classes,
}


def named_operations(spec: str) -> list[tuple[str, Operation]]:
    """The operations of a spec, each with the name of its layers, such as `conv1`: its own and its position.

    The final layer is none of them.
    """
    names = {kind: name for name, kind in OPERATIONS.items()}
    return [(f"{names[type(step)]}{position}", step) for position, step in enumerate(_read(spec)[0], start=1)]


def final_layer(spec: str) -> Classes:
    """The final layer of a spec, with one unit per class."""
    return _read(spec)[1]


def _read(spec: str) -> tuple[tuple[Operation, ...], Classes]:
    steps = parse_spec(spec, OPERATIONS, "net")
    final = steps[-1] if steps and isinstance(steps[-1], Classes) else None
    steps = steps[:-1] if final else steps
    if any(isinstance(step, Classes) for step in steps):
        raise UserError(f"net `{spec}`: `classes` is the final layer, so nothing may follow it")
    return steps, final or Classes()
