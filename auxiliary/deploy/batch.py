"""How many images go through a network together when it predicts."""

import numpy as np

# The last digits of predictions depend on it, and journals count in it.
BATCH = 32


def batches_of(images: np.ndarray) -> list[np.ndarray]:
    """Images, (N, ...), in batches of at most `BATCH`, in their order."""
    return np.split(images, range(BATCH, len(images), BATCH))
