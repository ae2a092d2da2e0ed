"""What a network says of an image, as JSON: the same for `predict --json` and for the REST endpoint."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from auxiliary.evaluation.limit import is_unlike

if TYPE_CHECKING:
    from auxiliary.deploy.predictor import Predictor


def network_json(predictor: "Predictor") -> dict[str, Any]:
    """The network: the keys `run`, `dataset`, `val_accuracy`, `temperature` and `classes`."""
    return {"run": predictor.run.id, "dataset": predictor.result.dataset,
            "val_accuracy": number_json(predictor.result.val_accuracy), "temperature": predictor.temperature,
            "classes": predictor.categories}


def answer_json(categories: Sequence[str], probabilities: Sequence[float], score: float | None) -> dict[str, Any]:
    """An image: the keys `class`, `probabilities` (by class), `unlike` and `score`.

    Args:
        categories: class names in the order of the labels.
        probabilities: of each class, 0 to 1.
        score: how unlike the training images it is; None where that is not known, as both keys are then.
    """
    return {"class": categories[np.argmax(probabilities)],
            "probabilities": dict(zip(categories, map(number_json, probabilities), strict=True)),
            "unlike": None if score is None else is_unlike(score),
            "score": None if score is None else number_json(score)}


def number_json(value: float) -> float | None:
    """A number as JSON has it: NaN and infinity are unknown to it, and become null."""
    return value if math.isfinite(value) else None
