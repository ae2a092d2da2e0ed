"""The network of a finished run, read from its folder; damaged, missing and foreign files are refused."""

import math

import keras

from auxiliary.core import runtime
from auxiliary.data.reading.deep import Span
from auxiliary.deploy.predictor import Predictor
from auxiliary.evaluation.calibration import fit_temperature
from auxiliary.evaluation.predictions import classes
from auxiliary.networks.inference import frozen_graph
from auxiliary.runs.result import Result
from auxiliary.runs.result_file import unusable
from auxiliary.runs.run import Run


def load_predictor(run: Run) -> Predictor:
    """Read the network of a finished run and fit its temperature on the run's validation predictions.

    Raises:
        UserError: a file of the run is missing, was changed, or is of another version; the message names it.
    """
    result, predictions = run.result, run.val_predictions
    runtime.start(result.seed)
    model = _load_model(run, result)
    return Predictor(run, result, model, classes(predictions), fit_temperature(predictions), frozen_graph(model),
                     _trained_span(run))


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


def _load_model(run: Run, result: Result) -> keras.Model:
    file = run.model
    try:
        return keras.saving.load_model(file, compile=False)
    except Exception as error:    # for a file of another version Keras and h5py raise nearly any exception
        other = f"install Keras {result.keras}, which wrote it, or " if result.keras != keras.__version__ else ""
        raise unusable(file, f"cannot be read by Keras {keras.__version__} ({_reason(error)})", other) from error


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
