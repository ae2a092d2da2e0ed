"""What the network of a finished run answers for corrupted images."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from auxiliary.core.progress import Progress
from auxiliary.data.images import Images
from auxiliary.data.views import View, views_of
from auxiliary.evaluation.corruptions import corrupted
from auxiliary.evaluation.load_network import load_network, members_of
from auxiliary.evaluation.robustness import CLEAN, COLUMNS
from auxiliary.evaluation.seen_images import seen_images
from auxiliary.networks.inference import PredictFunction, frozen_graph, predict_batches
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run


@dataclass(frozen=True)
class Classifier:
    """The networks of one run: its own, or those of its members where it is an ensemble.

    Attributes:
        networks: each network's row of `results.csv`, and its frozen graph from images to probabilities.
    """

    networks: list[tuple[Result, PredictFunction]]

    def labels(self, df: pd.DataFrame, column: str, progress: Progress) -> np.ndarray:
        """The most probable class of each image, as the run's own test predicts it.

        Args:
            df: the table of processed images.
            column: how they are corrupted: one of `auxiliary.evaluation.robustness.COLUMNS`, or `clean` for not at all.
            progress: counts each image once per network.

        Returns:
            (images,) int64.

        Raises:
            UserError: an image cannot be read, or is not the one that the table lists.
        """
        answers = [_probabilities(*network, df, column, progress) for network in self.networks]
        return np.mean(answers, axis=0).argmax(axis=1)


def read_classifier(run: Run) -> Classifier:
    """Read the networks of a finished run.

    Raises:
        UserError: a file of the run is missing, was changed, or is of another version; or a member is gone.
    """
    return Classifier([(each.result, frozen_graph(load_network(each))) for each in members_of(run) or [run]])


def _probabilities(result: Result, ask: PredictFunction, df: pd.DataFrame, column: str,
                   progress: Progress) -> np.ndarray:
    """(images, classes) probabilities by one network, the mean over its views."""
    views = views_of(result.tta)
    outputs = list(predict_batches(ask, _batches(result, views, df, column, progress)))
    # As in the run's own test, where without views there is no mean.
    by_view = [np.concatenate(outputs[number::len(views)]) for number in range(len(views))]
    return np.average(by_view, axis=0, weights=[view.weight for view in views] if result.tta else None)


def _batches(result: Result, views: list[View], df: pd.DataFrame, column: str,
             progress: Progress) -> Iterator[tuple[np.ndarray, None]]:
    """Each view of each batch of the run's batch size."""
    # The size of the processed images: small ones have their own, and of several the largest counts.
    side = result.image_size if column == CLEAN else int(df[["width", "height"]].to_numpy().max())
    images = Images(df, side, cache=False)
    for first in range(0, len(df), result.batch_size):
        batch = images[np.arange(first, min(first + result.batch_size, len(df)))]
        if column != CLEAN:
            batch = corrupted(batch, *COLUMNS[column])
        for view in views:
            yield seen_images(batch, view, result, first), None
        progress.advance(len(batch))
