"""About how long rows take to train on this machine, told before they are."""

import time
from functools import lru_cache

import numpy as np

from auxiliary.config.profile import Row, ScratchRow
from auxiliary.networks.arithmetic import total
from auxiliary.networks.backbones import find_backbone

# Shares of a plain matrix product's speed that networks were seen to reach on two processor cores.
SCRATCH_SHARE, BACKBONE_SHARE = 0.5, 0.25
# Building, compiling, saving and evaluating a model, in seconds.
FIXED = 6.0
# A backward pass costs about as much as two forward ones.
FORWARD_AND_BACK = 3


def estimate_seconds(row: Row, pictures: int) -> float:
    """Seconds that training a row takes, give or take a factor of two.

    Args:
        row: what to train.
        pictures: how many pictures there are, training, validation and test together.
    """
    if isinstance(row, ScratchRow):
        work = total(row.net, (row.image_size, row.image_size, 3), classes=10).multiply_adds
        return FIXED + _seconds(work, SCRATCH_SHARE) * FORWARD_AND_BACK * pictures * row.epochs
    forward = _seconds(find_backbone(row.backbone).multiply_adds * (row.image_size / 224) ** 2, BACKBONE_SHARE)
    # Frozen, every picture passes once; tuned, in every epoch, and back through the layers that are tuned.
    back = FORWARD_AND_BACK if row.tune_last == "all" else 1.5
    passes = back * row.epochs if row.tune_last else 1
    return FIXED + forward * passes * pictures


def _seconds(multiply_adds: float, share: float) -> float:
    return 2 * multiply_adds / (share * _speed())


@lru_cache(maxsize=1)
def _speed() -> float:
    """Floating-point operations a second of a float32 matrix product on all cores, measured in a moment."""
    side = 1024
    matrix = np.ones((side, side), np.float32)
    matrix @ matrix
    began = time.perf_counter()
    rounds = 8
    for _ in range(rounds):
        matrix @ matrix
    return 2 * side**3 * rounds / (time.perf_counter() - began)
