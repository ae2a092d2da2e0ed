"""Three ways to show where a network finds evidence for a class: Grad-CAM, occlusion and integrated gradients."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.errors import unknown
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.log_odds import log_odds
from auxiliary.deploy.predictor import Predictor
from auxiliary.deploy.preprocess import image_bytes, network_pixels
from auxiliary.evaluation.explanation import Explanation, scaled
from auxiliary.evaluation.grad_cam import feature_layer, grad_cam
from auxiliary.evaluation.integrated_gradients import STEPS, integrated_gradients
from auxiliary.evaluation.occlusion import STRIDES, occlusion, squares_of
from auxiliary.networks.summary import multiply_adds
from auxiliary.runs.run import Run

LIMIT = 400e9      # multiply-adds of one map
TOLERANCE = 0.05   # of the sum of integrated gradients, as their source asks for
LEAST = 0.1        # of the log-odds that occlusion shows
MOST_SHOWN = math.log(1e6)
BACKWARD = 3       # times the multiply-adds of a prediction: gradients take two more
NO_NETWORK = "An ensemble has no map of this kind: choose occlusion, or one of its members."
NO_FEATURE_MAPS = "This network has no feature maps, so there is no Grad-CAM: choose another way."
ODDS = "the odds of the class, p / (1 - p),"
NO_LOSS = f"Wherever grey squares are put, they divide {ODDS} by less than {math.exp(LEAST):.1f}."
TOO_LARGE = "This network is so large that a map of this kind would take too long: choose Grad-CAM."
INEXACT = "do not trust its details"


def explain(predictor: Predictor, pixels: np.ndarray, label: int, way: str) -> Explanation:
    """Where in an image the network of a run, or those of an ensemble, find evidence for a class.

    It is of the image alone, also where the run's probabilities are the mean over several views of it.

    Args:
        predictor: the network.
        pixels: (S, S, 3) uint8 from `network_pixels`.
        label: that of the class.
        way: one of `WAYS`.

    Raises:
        UserError: there is no such way.
    """
    if way not in WAYS:
        raise unknown("way to explain", way, WAYS)
    found = WAYS[way](predictor, pixels, label)
    if found.heat is None or found.heat.any() or way == "occlusion":
        return found
    return Explanation(found.heat, f"According to {way}, nothing in this image is evidence for this class.")


def explain_images(run: Run, predictions: pd.DataFrame) -> list[dict[str, Explanation]]:
    """All explanations of the predicted class of some images, by their way.

    Probabilities are as in the predictions, which are not calibrated.

    Args:
        run: the finished run.
        predictions: its predictions for these images, with `filepath` and `predicted`.

    Raises:
        ImageError: an image cannot be read.
        UserError: the network cannot be read.
    """
    predictor = replace(load_predictor(run), temperature=1.0)
    explained = []
    for file, predicted in zip(predictions["filepath"], predictions["predicted"], strict=True):
        pixels = network_pixels(image_bytes(Path(file)), predictor.result.image_size, predictor.span)
        label = predictor.categories.index(predicted)
        explained.append({way: explain(predictor, pixels, label, way) for way in WAYS})
    return explained


def _grad_cam(predictor: Predictor, pixels: np.ndarray, label: int) -> Explanation:
    if predictor.model is None:
        return Explanation(None, NO_NETWORK)
    if feature_layer(predictor.model) is None:
        return Explanation(None, NO_FEATURE_MAPS)
    return Explanation(grad_cam(predictor.model, pixels[None], [label])[0])


def _occlusion(predictor: Predictor, pixels: np.ndarray, label: int) -> Explanation:
    work = sum(multiply_adds(network.model) for network in predictor.networks)
    strides = _finest(STRIDES, lambda strides: squares_of(len(pixels), strides) * work)
    if strides is None:
        return Explanation(None, TOO_LARGE)
    losses = occlusion(lambda images: log_odds(predictor, images, label), pixels, strides)
    most = losses.max()
    if most < LEAST:    # what is left may be the rounding of sums
        return Explanation(np.zeros_like(losses), NO_LOSS)
    return Explanation(scaled(losses), f"Grey squares over the brightest place divide {ODDS} by {_factor(most)}.")


def _factor(difference: float) -> str:
    """What a difference of log-odds divides the odds by, as text."""
    factor = math.exp(min(difference, MOST_SHOWN))
    if difference > MOST_SHOWN:
        return f"over {round(factor):,}"
    return f"{factor:.1f}" if factor < 10 else f"{factor:,.0f}"


def _integrated_gradients(predictor: Predictor, pixels: np.ndarray, label: int) -> Explanation:
    if predictor.model is None:
        return Explanation(None, NO_NETWORK)
    work = BACKWARD * multiply_adds(predictor.model)
    steps = _finest(STEPS, lambda steps: steps * work)
    if steps is None:
        return Explanation(None, TOO_LARGE)
    found = integrated_gradients(predictor.model, pixels, label, steps)
    sum_of_all = f"This adds up to {found.completeness:.0%} of the score's change from a black image to this one"
    inexact = "" if abs(found.completeness - 1) <= TOLERANCE else f": {INEXACT}"
    return Explanation(scaled(found.in_cells), f"{sum_of_all}{inexact}.")


def _finest(choices: Sequence[int], work: Callable[[int], float]) -> int | None:
    """The first choice, of which the finest comes first, whose multiply-adds are within the limit; None without one.

    It depends on the network and not on the speed of the machine, so that a map can be made again.
    """
    return next((choice for choice in choices if work(choice) <= LIMIT), None)


WAYS: dict[str, Callable[[Predictor, np.ndarray, int], Explanation]] = {
    "Grad-CAM": _grad_cam, "occlusion": _occlusion, "integrated gradients": _integrated_gradients}
