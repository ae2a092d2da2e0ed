"""The network of a finished run, read from its folder; damaged, missing and foreign files are refused."""

import math
from collections.abc import Collection
from pathlib import Path

from auxiliary.core import runtime
from auxiliary.data.reading.deep import Span
from auxiliary.deploy.detector import detector_of
from auxiliary.deploy.network_features import with_features
from auxiliary.deploy.predictor import Network, Predictor
from auxiliary.evaluation.calibration import fit_temperature
from auxiliary.evaluation.limit import joined_scale
from auxiliary.evaluation.load_network import load_network, members_of
from auxiliary.evaluation.predictions import classes
from auxiliary.networks.inference import frozen_graph
from auxiliary.runs.result_file import unusable
from auxiliary.runs.run import Run


def load_predictor(run: Run, folders: Collection[Path] = ()) -> Predictor:
    """Read the network of a finished run, or those of an ensemble, and fit the temperature on validation predictions.

    Args:
        run: the finished run.
        folders: the folders `data/<dataset>/processed` that may hold its images, for `detector_of`. Without them a
            detector is read, but none is made.

    Raises:
        UserError: a file of the run is missing, was changed, or is of another version; the message names it. Or a
            member of the ensemble is gone.
    """
    result, predictions = run.result, run.val_predictions
    runtime.start(result.seed)
    networks, reasons = zip(*(_load_network(each, folders) for each in members_of(run) or [run]), strict=True)
    detectors = [network.detector for network in networks]
    scale = joined_scale([each.val_scores for each in detectors]) if all(detectors) else None
    return Predictor(run, result, networks, classes(predictions), fit_temperature(predictions), _trained_span(run),
                     scale, next(filter(None, reasons), ""))


def _load_network(run: Run, folders: Collection[Path]) -> tuple[Network, str]:
    """The network of a run, and why it has no detector; empty where it has one."""
    result = run.result
    model = load_network(run)
    predict = frozen_graph(with_features(model))
    detector, reason = detector_of(run, model, predict, folders)
    return Network(result, model, predict, detector), reason


def _trained_span(run: Run) -> Span | None:
    """The span of the deep images that a run was trained on; None where there were none."""
    span = run.recipe.get("span")
    if span is None:
        return None
    try:
        low, high = map(float, span)
    except (TypeError, ValueError):
        low, high = math.nan, math.nan
    if not -math.inf < low < high < math.inf:
        raise unusable(run.recipe_file, f"has the span {span!r} instead of two numbers")
    return low, high
