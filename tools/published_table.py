"""A published table of accuracies: the experiments of a profile that stand in it, and the rows that measure them."""

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np
import pandas as pd

from auxiliary.config.experiment import Experiment
from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError
from auxiliary.data.fetch import DATA_SETS
from auxiliary.evaluation.comparison import by_images
from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.reporting.published_rows import published_rows
from auxiliary.runs.seeds import over_seeds
from tools.verdicts import Interval

# What a row must have in common with the profile to measure an experiment of it.
SETTINGS = ("learning_rate", "epochs", "sampling", "network", "image_size")


class PublishedTable:
    """The experiments of a profile with a published accuracy, and what was measured of them.

    Args:
        profile: a profile of a known data set.
        results: rows as `read_results` returns them.

    Attributes:
        dataset: its data set.
        every: all experiments of the profile, by their keys.
        experiments: those with a published accuracy.
        published: their published accuracies; where there is one per seed, the mean.
        test_images: the number of test images of the published accuracies, by the split of the profile.
    """

    def __init__(self, profile: Profile, results: pd.DataFrame) -> None:
        self.dataset = profile.dataset
        self.every: Mapping[str, Experiment] = {each.key: each for each in profile.experiments}
        self.experiments = {key: each for key, each in self.every.items() if each.published_accuracy is not None}
        # Several seeds may have an accuracy each.
        self.published = {key: float(np.mean(each.published_accuracy)) for key, each in self.experiments.items()}
        self.test_images = round(DATA_SETS[profile.dataset].images * profile.split.fractions[2])
        self._results = results[results["dataset"] == profile.dataset]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """The rows that measure experiments of the table, of each the newest, as `published_rows` returns them.

        Rows with other settings than the profile's are left out, see `others`.
        """
        rows = self._candidates
        same = pd.Series([not self._differences(row) for _, row in rows.iterrows()], rows.index, dtype=bool)
        newest = rows[same].drop_duplicates("key", keep="last")
        return newest.assign(published_accuracy=newest["key"].map(self.published)).reset_index(drop=True)

    @property
    def intervals(self) -> dict[str, Interval]:
        """The accuracies measured here, by the key of the experiment."""
        return {row["key"]: by_images(row) for _, row in self.rows.iterrows()}

    @property
    def published_intervals(self) -> dict[str, Interval]:
        """The published accuracies, with the intervals that belong to their number of test images."""
        return {key: (accuracy, *wilson_interval(round(accuracy * self.test_images), self.test_images))
                for key, accuracy in self.published.items()}

    @property
    def others(self) -> Iterator[str]:
        """What is said of each row with other settings, such as "`small` (epochs 20, in the profile 80)"."""
        for _, row in self._candidates.iterrows():
            if found := self._differences(row):
                yield f"`{row['key']}` ({', '.join(found)})"

    @property
    def images(self) -> int:
        """The number of images here: those of a row with the same test images that was trained without sampling.

        Raises:
            UserError: when there is no such row.
        """
        tested = self._results["test_images"] == self.rows["test_images"].iloc[-1]
        whole = self._results[tested & (self._results["sampling"] == "none")]
        if whole.empty:
            raise UserError(f"no row of {self.dataset} has `sampling: none`, so the number of its images is unknown: "
                            "train an experiment with it")
        return int(whole.iloc[-1][["train_images", "val_images", "test_images"]].sum())

    def epochs_total(self, key: str) -> int:
        """The epochs of an experiment and its parents."""
        experiment = self.every[key]
        return experiment.epochs + (self.epochs_total(experiment.parent) if experiment.parent else 0)

    def comes_from(self, key: str, other: str) -> bool:
        """Whether an experiment starts from the weights of another one, which may be the parent of its parent."""
        parent = self.every[key].parent
        return parent is not None and (parent == other or self.comes_from(parent, other))

    @cached_property
    def _candidates(self) -> pd.DataFrame:
        rows = published_rows(over_seeds(self._results))
        rows = rows[rows["key"].isin(self.experiments.keys())]
        return rows.sort_values("finished_at", kind="stable", ignore_index=True)

    def _differences(self, row: pd.Series) -> list[str]:
        experiment = self.experiments[row["key"]]
        return [f"{name} {row[name]}, in the profile {value}" for name in SETTINGS
                if row[name] != (value := getattr(experiment, name))]
