"""What a notebook works with: a checked profile, its rows, its paths and its pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from auxiliary.config.profile import Profile, Row
from auxiliary.data.fingerprint import pictures_fingerprint
from auxiliary.data.parts import PARTS, describe_split
from auxiliary.data.sources import DATA_SETS
from auxiliary.data.tables import read_table
from auxiliary.evaluation.columns import folder_of
from auxiliary.evaluation.results import read_results
from auxiliary.paths import Paths


@dataclass(frozen=True)
class Lab:
    """A profile opened for work.

    Attributes:
        profile: what to do, with only the rows that were asked for.
        paths: where everything is.
        all_rows: every row of the profile by key; a parent may not be among the rows asked for.
    """

    profile: Profile
    paths: Paths
    all_rows: Mapping[str, Row]

    @cached_property
    def train(self) -> pd.DataFrame:
        """The training pictures, before sampling."""
        return self._table("train")

    @cached_property
    def val(self) -> pd.DataFrame:
        """The validation pictures."""
        return self._table("val")

    @cached_property
    def test(self) -> pd.DataFrame:
        """The test pictures."""
        return self._table("test")

    @property
    def categories(self) -> list[str]:
        """The names of the classes, in the order of their labels."""
        return sorted(self.train["category"].unique())

    @property
    def needed(self) -> tuple[Row, ...]:
        """The rows asked for, and those that they go on from, in order."""
        wanted = {row.key for row in self.profile.rows}
        # A parent stands before its children.
        for row in reversed(self.all_rows.values()):
            if row.key in wanted and row.parent:
                wanted.add(row.parent)
        return tuple(row for key, row in self.all_rows.items() if key in wanted)

    @property
    def names(self) -> Mapping[str, str] | None:
        """What the data set calls its category folders; None to keep their names."""
        known = DATA_SETS.get(self.profile.dataset)
        return known.names if known else None

    @cached_property
    def split(self) -> str:
        """How the pictures were divided, in words; an error if not as the profile says."""
        return describe_split(self.profile.split, self.paths)

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """The fingerprint of the pictures of each part, in their order."""
        return {part: pictures_fingerprint(getattr(self, part)) for part in PARTS}

    @cached_property
    def data(self) -> str:
        """The fingerprint of all pictures, however they are divided."""
        everything = pd.concat([self.train, self.val, self.test])
        return pictures_fingerprint(everything.sort_values(["category", "content"]))

    @property
    def results(self) -> pd.DataFrame:
        """The results so far on these very pictures, so divided; of a run trained several times the last."""
        results = read_results(self.paths.results, self.paths.dataset)
        folder = results["run"].map(folder_of)
        same = (results["data"] == self.data) & (results["split"] == self.split)
        return results[same & ~folder.duplicated(keep="last")].reset_index(drop=True)

    @property
    def chance(self) -> float:
        """The test accuracy of always naming the commonest class of the training pictures."""
        commonest = self.train["category"].mode()[0]
        return float((self.test["category"] == commonest).mean())

    def _table(self, name: str) -> pd.DataFrame:
        # Raises where they are divided in another way than the profile says.
        describe_split(self.profile.split, self.paths)
        return read_table(self.paths.table(name))
