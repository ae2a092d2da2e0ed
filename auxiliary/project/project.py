"""An opened profile: its experiments, paths, images and results."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

import pandas as pd

from auxiliary.config.experiment import Experiment
from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError
from auxiliary.core.paths import Paths
from auxiliary.data.fetch import DATA_SETS
from auxiliary.data.fixes.apply_fixes import APPLIED, LEFT_OUT, RELABELLED
from auxiliary.data.fixes.fixes_file import NO_FIXES, LabelFixes
from auxiliary.data.splitting.split_files import describe_split, read_splits
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.data.tables import contents_fingerprint, images_fingerprint, read_table, write_table
from auxiliary.project.checks import check_prepared
from auxiliary.runs.own import Rows, own_and_shipped
from auxiliary.runs.results_csv import read_results


class Saveable(Protocol):
    """What can be saved as a figure is: `auxiliary.reporting` lies above, so its figures are not named here."""

    def save(self, folder: Path, name: str) -> list[Path]:
        """Write the files of that name into a folder."""


Figure = TypeVar("Figure", bound=Saveable)


@dataclass(frozen=True)
class Project:
    """A profile opened for work.

    Attributes:
        profile: the profile, with the selected experiments only.
        paths: paths of all files and folders.
        experiments: all experiments of the profile by key, with parents that were not selected.
        fixes: the label fixes that the profile names, as they were when it was opened.
        copies: a folder with copies of the images, see `auxiliary.cluster.stage`; None where they are read in place.
    """

    profile: Profile
    paths: Paths
    experiments: Mapping[str, Experiment]
    fixes: LabelFixes = NO_FIXES
    copies: Path | None = None

    @cached_property
    def train(self) -> pd.DataFrame:
        """The training images, before sampling."""
        return self._splits["train"]

    @cached_property
    def val(self) -> pd.DataFrame:
        """The validation images."""
        return self._splits["val"]

    @cached_property
    def test(self) -> pd.DataFrame:
        """The test images."""
        return self._splits["test"]

    @cached_property
    def _splits(self) -> Mapping[str, pd.DataFrame]:
        check_prepared(self.paths, self.experiments.values())
        # All at once, so that they are of one split even if another process writes a new one.
        splits = read_splits(self.profile.split, self.paths)
        return {name: self._with_copies(df) for name, df in splits.items()}

    @cached_property
    def before_fixes(self) -> Mapping[str, pd.DataFrame]:
        """The images of each split before label fixes, in the order of their paths; empty where these change nothing.

        Those that are left out have `filepath` and `content_hash`, and the `label` -1.
        """
        if not self.paths.fixes:
            return {}
        table = self.table(APPLIED)
        if not table["outcome"].isin([RELABELLED, LEFT_OUT]).any():
            return {}
        out = table[table["outcome"] == LEFT_OUT].assign(label=-1)
        named = {split: out.loc[out["split"] == split, ["filepath", "content_hash", "label"]] for split in SPLITS}
        return {split: self._with_copies(pd.concat([df, named[split]]).sort_values("filepath"))
                for split, df in self._splits.items()}

    def _with_copies(self, images: pd.DataFrame) -> pd.DataFrame:
        if not self.copies:
            return images
        return images.assign(copy=[str(self.copies / f"{content}{Path(file).suffix}") for content, file in zip(
            images["content_hash"], images["filepath"], strict=True)])

    @cached_property
    def categories(self) -> list[str]:
        """The names of the classes, in the order of their labels."""
        # From the table, which another version may have made with labels in another order.
        return self.train.drop_duplicates("label").sort_values("label")["category"].to_list()

    @property
    def with_parents(self) -> tuple[Experiment, ...]:
        """The selected experiments with their parents and members, in the order of the profile."""
        wanted = {experiment.key for experiment in self.profile.experiments}
        # A parent stands before its children, a member before its ensemble.
        for experiment in reversed(self.experiments.values()):
            if experiment.key in wanted:
                wanted.update(experiment.needs)
        return tuple(experiment for key, experiment in self.experiments.items() if key in wanted)

    @property
    def names(self) -> Mapping[str, str] | None:
        """Class names by the names of the class folders; None where the folders have the class names."""
        known = DATA_SETS.get(self.profile.dataset)
        return known.names if known else None

    @cached_property
    def split_rule(self) -> str:
        """How the images were split, in words; `UserError` if not as the profile says."""
        return describe_split(self.profile.split, self.paths)

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """The fingerprint of the images of each split, in their order."""
        return {split: images_fingerprint(getattr(self, split)) for split in SPLITS}

    @cached_property
    def fingerprints_before_fixes(self) -> Mapping[str, str]:
        """The fingerprint of the images of each split before label fixes; empty where these change nothing."""
        return {split: contents_fingerprint(df) for split, df in self.before_fixes.items()}

    @cached_property
    def images_hash(self) -> str:
        """The fingerprint of all images, however they are split."""
        everything = pd.concat([self.train, self.val, self.test])
        return images_fingerprint(everything.sort_values(["category", "content_hash"]))

    @property
    def rows(self) -> Rows:
        """The own and the shipped rows of this data set, also those on other images."""
        return own_and_shipped(read_results(self.paths.results, self.paths.dataset), self.paths.root)

    @property
    def results(self) -> pd.DataFrame:
        """The results so far on these images and this split: own ones, or shipped ones where the data set has none."""
        return self.on_these_images(self.rows.shown)

    def on_these_images(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Those of some results that are on these images and this split."""
        same = (rows["images_hash"] == self.images_hash) & (rows["split_rule"] == self.split_rule)
        return rows[same].reset_index(drop=True)

    @property
    def chance(self) -> float:
        """The test accuracy of a model that always predicts the most frequent class of the training images, 0 to 1."""
        commonest = self.train["category"].mode()[0]
        return float((self.test["category"] == commonest).mean())

    def to_train(self, stage: str) -> tuple[Experiment, ...]:
        """The experiments of a stage to train.

        Args:
            stage: `scratch` or `transfer`.

        Raises:
            UserError: when there are none.
        """
        found = tuple(experiment for experiment in self.profile.experiments if experiment.stage == stage)
        if not found:
            raise UserError(f"there are no {stage} experiments to train: the profile has none, or `experiments` names "
                            "none of them")
        return found

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables that `save_table` and `write_splits` wrote, such as `clean`; `UserError` without it."""
        return read_table(self.paths.table(name), self.paths.data)

    def save_table(self, df: pd.DataFrame, name: str) -> None:
        """Write one of the tables, such as `overview`; `write_splits` copies it for people to open."""
        write_table(df, self.paths.table(name), self.paths.data)

    def with_own_images(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table of processed images that names the files of this project, and no others.

        A run's folder may have been moved, or come from elsewhere. Its predictions then name files of another place,
        or any file of this machine; or those of the same images, prepared at another size.

        Args:
            table: predictions, or any other table with `filepath`.

        Returns:
            The same table; each path is that of the same processed image here. What was no
            processed image of this data set becomes a path where nothing is.
        """
        below, own = f"/data/{self.paths.dataset}/processed/", (self.paths.data / "processed").as_posix()
        size = f"/{self.paths.image_size}/images/"
        tails = (file.rpartition(below)[2].lstrip("/") for file in table["filepath"])
        # From `/`, no number of `..` leads out.
        return table.assign(filepath=[own + re.sub(r"^/\d+/images/", size, os.path.normpath(f"/{tail}"))
                                      for tail in tails])

    def show(self, figure: Figure, name: str) -> Figure:
        """Save a figure in the data set's assets folder, and return it, so that a notebook cell shows it.

        Args:
            figure: what the functions of `auxiliary.reporting` draw.
            name: of its files, such as `classes` for `classes.png`.
        """
        figure.save(self.paths.assets, name)
        return figure
