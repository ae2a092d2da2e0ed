"""How fast this machine trains; the processor is measured in a moment and without loading TensorFlow."""

import math
import time
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from auxiliary.core import runtime
from auxiliary.core.threads import busy_cores

# How many times as fast as float32 the processor multiplies bfloat16 where networks are trained in it: with AMX, and
# with avx512_bf16. The depthwise convolutions of a pre-trained network gain less.
AMX, AMX_DEPTHWISE, AVX512 = 4.0, 2.0, 2.5
# How fast networks compute, relative to the products of small matrices.
SCRATCH_SHARE, BACKBONE_SHARE = 0.6, 0.22
# Seconds that one core takes, measured: to write a number between two layers and read it back; to update a parameter.
NUMBER, UPDATE = 1.4e-9, 2.6e-8


@dataclass(frozen=True)
class Speed:
    """How fast a device trains.

    Attributes:
        device: what a sentence calls it.
        scratch: floating-point operations per second of the layers of a network from scratch.
        backbone: and of a pre-trained backbone, with all that its layers do.
        number: seconds to write a number between two layers and read it back.
        update: seconds to update a parameter.
        step: seconds that a step takes, however little it computes.
        layer: seconds that a pass through a layer adds to a step, however small the layer is.
        apart: whether the processor makes batches while the device computes.
    """

    device: str
    scratch: float
    backbone: float
    number: float
    update: float
    step: float = 0.0
    layer: float = 0.0
    apart: bool = False


def processor_speed() -> Speed:
    """The speed of the cores that training keeps busy."""
    cores = busy_cores()
    return Speed("this machine's processor", SCRATCH_SHARE * network_speed(depthwise=False),
                 BACKBONE_SHARE * network_speed(depthwise=True), NUMBER / cores, UPDATE / cores)


def network_speed(depthwise: bool) -> float:
    """Floating-point operations per second of a matrix product in the precision in which networks are trained.

    Args:
        depthwise: whether most layers are depthwise convolutions.
    """
    processor = runtime.processor()
    if runtime.cpu_precision(processor) == "float32":
        return _matrix_speed()
    if "amx_bf16" not in processor["flags"].split():
        return _matrix_speed() * AVX512
    return _matrix_speed() * (AMX_DEPTHWISE if depthwise else AMX)


@lru_cache(maxsize=1)
def _matrix_speed() -> float:
    """Floating-point operations per second of float32 matrix products on the cores that training keeps busy."""
    # Matrices as small as these are multiplied by one thread, and a try takes less than a millisecond: of many, some
    # are not interrupted by other programs. A product on all cores would wait for the one that is busiest.
    side, products, tries = 64, 64, 40
    many, one = np.ones((products, side, side), np.float32), np.ones((side, side), np.float32)
    result, fastest = np.empty_like(many), math.inf
    for _ in range(tries):
        began = time.perf_counter()
        np.matmul(many, one, out=result)
        fastest = min(fastest, time.perf_counter() - began)
    return 2 * products * side**3 / fastest * busy_cores()
