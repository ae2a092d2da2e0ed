"""The temperature of an export, which sees the image alone where the run's test averaged several views of it."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import keras
import pandas as pd

from auxiliary.core.files import is_file_below
from auxiliary.core.progress import track
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import own_errors
from auxiliary.deploy.batch import BATCH
from auxiliary.deploy.predictor import Predictor
from auxiliary.deploy.split_table import find_table
from auxiliary.evaluation.calibration import fit_temperature
from auxiliary.evaluation.predict import predict
from auxiliary.networks.inference import frozen_graph
from auxiliary.runs.labels import averaged_views


@dataclass(frozen=True)
class Calibration:
    """The temperature that an export has inside.

    Attributes:
        temperature: see `auxiliary.evaluation.calibration`.
        text: what is said of it, with what the export does not average.
    """

    temperature: float
    text: str


def calibration_of_export(predictor: Predictor, network: keras.Model, folders: Collection[Path]) -> Calibration:
    """The temperature of a run's network for the image alone.

    It is that of the run, unless the run averages over views: the network alone is then less or more confident. In
    that case it is fitted anew, on the network's predictions of the run's validation images.

    Args:
        predictor: of the run.
        network: its network in float32, see `plain_network`.
        folders: the folders `data/<dataset>/processed` that may hold the validation images.

    Returns:
        The temperature. Without the validation images as they were, and of a refit, whose network was trained on them,
        it stays that of the mean, and the text says so.

    Raises:
        UserError: a validation image was changed since.
    """
    temperature, views = predictor.temperature, averaged_views(predictor.result.tta)
    if not views:
        return Calibration(temperature, f"calibrated (temperature {temperature:.3f})")
    mean = f"the run's test and `predict` use the {views}"
    if predictor.result.refit:
        reason = "a refit was trained on the validation images"
    elif (table := find_table(predictor.run, "val", folders)) is None or not all(
            is_file_below(file, folders) for file in table["filepath"]):
        reason = "the run's validation images are missing or were changed"
    else:
        temperature = fit_temperature(_predict(network, table, predictor.categories))
        return Calibration(temperature, f"calibrated for the image alone (temperature {temperature:.3f}); {mean}")
    return Calibration(temperature, f"of the image alone, but with the temperature of several views "
                                    f"({temperature:.3f}), because {reason}; {mean}")


def _predict(network: keras.Model, table: pd.DataFrame, categories: list[str]) -> pd.DataFrame:
    """A network's predictions of the images of a table, with a few of them in memory at a time."""
    batches = mk_tf_dataset(table, shuffle=False, image_size=network.input_shape[1], batch_size=BATCH)
    with own_errors():
        return predict(frozen_graph(network), [track(batches, "calibrating", len(batches))], table, categories)
