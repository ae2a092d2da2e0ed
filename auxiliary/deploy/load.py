"""The network of a finished run, read from its folder; damaged, missing and foreign files are refused."""

import zipfile

import keras
import pandas as pd

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.deploy.predictor import Predictor
from auxiliary.evaluation.calibration import fit_temperature
from auxiliary.evaluation.predictions import classes
from auxiliary.networks.inference import frozen_graph
from auxiliary.runs.find import read_result
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run


def load_predictor(run: Run) -> Predictor:
    """Read the network of a finished run and fit its temperature on the run's validation predictions.

    Raises:
        UserError: a file of the run is missing, damaged, or of another version; the message names it.
    """
    result = read_result(run)
    predictions = _val_predictions(run)
    runtime.start(result.seed)
    model = _load_model(run, result)
    size, categories = result.image_size, classes(predictions)
    if (model.input_shape, model.output_shape) != ((None, size, size, 3), (None, len(categories))):
        raise UserError(f"{run.model} is not the network of this run, which has {len(categories)} classes and images "
                        f"of {size} x {size}: {_way_out(run)}")
    return Predictor(run, result, model, categories, fit_temperature(predictions), frozen_graph(model))


def _val_predictions(run: Run) -> pd.DataFrame:
    file = run.folder / "predictions-val.csv"
    try:
        predictions = run.val_predictions
    except UserError as error:
        # The error of a table names the way out for tables of images.
        raise UserError(f"{file} is missing or damaged: {_way_out(run)}") from error
    if predictions.empty or "category" not in predictions or not classes(predictions):
        raise UserError(f"{file} holds no predictions: {_way_out(run)}")
    return predictions


def _load_model(run: Run, result: Result) -> keras.Model:
    if not run.model.is_file():
        raise UserError(f"{run.model} is missing: {_way_out(run)}")
    if not zipfile.is_zipfile(run.model):
        raise UserError(f"{run.model} is damaged: {_way_out(run)}")
    try:
        return keras.saving.load_model(run.model, compile=False)
    except Exception as error:    # for a damaged file Keras, h5py and zipfile raise nearly any exception
        other = result.keras != keras.__version__
        way_out = f"install Keras {result.keras}, which wrote it, or {_way_out(run)}" if other else _way_out(run)
        raise UserError(f"{run.model} cannot be read by Keras {keras.__version__} ({_reason(error)}): "
                        f"{way_out}") from error


def _way_out(run: Run) -> str:
    return f"remove the folder {run.folder} and train the experiment again"


def _reason(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__
