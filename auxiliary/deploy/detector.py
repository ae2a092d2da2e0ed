"""The detector of a run's network: read where it was made before, else made of the run's own images."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import is_file_below
from auxiliary.core.progress import track
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import own_errors
from auxiliary.data.tables import spread
from auxiliary.deploy.batch import BATCH
from auxiliary.deploy.detector_file import read_detector, save_detector
from auxiliary.deploy.network_features import final_weights, split_features
from auxiliary.deploy.split_table import find_table
from auxiliary.evaluation.out_of_distribution import TRAINING, Detector, fit_detector
from auxiliary.networks.costs import OUTPUT
from auxiliary.networks.inference import PredictFunction, predict_batches
from auxiliary.runs.run import Run

VALIDATION = 1000    # images, at most
CHANNELS = 8192      # of features, at most: their covariances take memory and time


def detector_of(run: Run, model: keras.Model, predict: PredictFunction,
                folders: Collection[Path]) -> tuple[Detector | None, str]:
    """The detector of a run's network.

    The first time it is made of the features of training and validation images, and saved in the run's folder.

    Args:
        run: the finished run; no ensemble.
        model: its network.
        predict: the frozen graph of `with_features(model)`.
        folders: the folders `data/<dataset>/processed` that may hold the run's images; none are read from elsewhere.

    Returns:
        The detector, and an empty text; or None, and a sentence that says why there is none.
    """
    if (saved := read_detector(run)) is not None:
        return saved, ""
    try:
        train, val = _tables(run, model, folders)
        detector = _made(run, model, predict, train, val)
    except UserError as error:
        return None, f"whether an image is unlike those of training is not told for {run.id}: {error}"
    save_detector(run, detector)
    return detector, ""


def _tables(run: Run, model: keras.Model, folders: Collection[Path]) -> Sequence[pd.DataFrame]:
    """Some training and validation images of a run; a `UserError` where there is no detector for it."""
    if run.result.refit:
        raise UserError("a refit was trained on the validation images, and no others are left to set the limit with")
    if (channels := model.get_layer(OUTPUT).input.shape[-1]) > CHANNELS:
        raise UserError(f"its final layer takes {channels:,} numbers per image, and more than {CHANNELS:,} take too "
                        "much memory")
    found = []
    for split, most in (("train", TRAINING), ("val", VALIDATION)):
        table = find_table(run, split, folders)
        if table is None or not all(is_file_below(file, folders) for file in table["filepath"]):
            raise UserError("the images that it was trained on are not here, or have changed since; where they are, "
                            "`predict` once, and copy the run's folder")
        table = table.sort_values("label", kind="stable") if split == "train" else table
        found.append(table.iloc[spread(len(table), most)])
    return found


def _made(run: Run, model: keras.Model, predict: PredictFunction, train: pd.DataFrame, val: pd.DataFrame) -> Detector:
    print(f"{run.id}: {len(train) + len(val):,} of its images are evaluated once, to tell from now on which images are "
          "unlike them", file=sys.stderr)
    both = pd.concat([train, val], ignore_index=True)
    batches = mk_tf_dataset(both, shuffle=False, image_size=run.result.image_size, batch_size=BATCH, as_bytes=True)
    with own_errors():
        outputs = list(predict_batches(predict, track(batches, "features", len(batches), "batch")))
    _, features = split_features(np.concatenate(outputs), model)
    return fit_detector(features[:len(train)], train["label"].to_numpy(), features[len(train):], *final_weights(model))
