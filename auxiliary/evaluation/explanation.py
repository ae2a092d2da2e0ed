"""What all ways to explain a prediction share: a map of the evidence and its scale."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Explanation:
    """Where in an image a network finds evidence for a class.

    Attributes:
        heat: (h, w) float, 0 to 1, largest where the evidence is strongest; None where there is no map.
        remark: a sentence on what the map means here, or on why there is none; may be empty.
    """

    heat: np.ndarray | None
    remark: str = ""


def scaled(evidence: np.ndarray) -> np.ndarray:
    """Evidence as heat: what speaks against the class is 0, and the strongest of each image is 1.

    Because of this scaling, the maps of two images cannot be compared with each other.

    Args:
        evidence: (..., h, w) float, below 0 where it speaks against the class.

    Returns:
        (..., h, w) of the same dtype, 0 to 1; all 0 in an image without evidence for the class.
    """
    heat = np.maximum(evidence, 0)
    most = heat.max(axis=(-2, -1), keepdims=True)
    return np.divide(heat, most, out=np.zeros_like(heat), where=most > 0)
