"""Which test images an experiment's runs predict correctly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os.path import basename

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Answers:
    """Which images the runs of one experiment predict correctly.

    Attributes:
        categories: the category of each image.
        paths: its path.
        correct: (runs, images) bool.
    """

    categories: list[str]
    paths: list[str]
    correct: np.ndarray

    def same_images(self, other: "Answers") -> bool:
        """Whether both are for the same images in the same order, by category and file name.

        Their folder may have been moved. The caller has to know that the files' contents are equal.
        """
        return self.categories == other.categories and (
            self.paths == other.paths or [*map(basename, self.paths)] == [*map(basename, other.paths)])


def answers_of(run_ids: Sequence[str], predictions: Mapping[str, pd.DataFrame]) -> Answers | None:
    """The answers of all runs of an experiment.

    Args:
        run_ids: one per seed.
        predictions: test predictions by `run_id`, one row per image, with `filepath`, `category` and `predicted`.

    Returns:
        None where the predictions of a run are not available, or are for other images, another order, or no image.
    """
    runs = [_answers(predictions[run_id]) for run_id in run_ids if run_id in predictions]
    if not runs or len(runs) < len(run_ids) or not runs[0].paths:
        return None
    if not all(run.same_images(runs[0]) for run in runs):
        return None
    return replace(runs[0], correct=np.concatenate([run.correct for run in runs]))


def _answers(table: pd.DataFrame) -> Answers:
    """The answers of one run."""
    categories, predicted = table["category"].to_numpy(object), table["predicted"].to_numpy(object)
    return Answers(categories.tolist(), table["filepath"].tolist(), (categories == predicted)[None].astype(bool))
