"""What a notebook works with: a checked profile, its rows, its paths and its pictures."""

import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from auxiliary.config.loader import find_profile, load_profile
from auxiliary.config.parameters import check_parameters, read_overrides
from auxiliary.config.profile import Profile, Row
from auxiliary.data.fingerprint import pictures_fingerprint
from auxiliary.data.sources import DATA_SETS
from auxiliary.data.tables import read_table
from auxiliary.errors import UserError
from auxiliary.evaluation.results import read_results
from auxiliary.paths import REPOSITORY, Paths


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
    def names(self) -> Mapping[str, str] | None:
        """What the data set calls its category folders; None to keep their names."""
        known = DATA_SETS.get(self.profile.dataset)
        return known.names if known else None

    @cached_property
    def data(self) -> str:
        """The fingerprint of all pictures, however they are divided."""
        everything = pd.concat([self.train, self.val, self.test])
        return pictures_fingerprint(everything.sort_values(["category", "content"]))

    @property
    def results(self) -> pd.DataFrame:
        """All results so far on these very pictures."""
        results = read_results(self.paths.results, self.paths.dataset)
        return results[results["data"] == self.data].reset_index(drop=True) if len(results) else results

    @property
    def chance(self) -> float:
        """The test accuracy of always naming the commonest class of the training pictures."""
        commonest = self.train["category"].mode()[0]
        return float((self.test["category"] == commonest).mean())

    def _table(self, name: str) -> pd.DataFrame:
        return read_table(self.paths.table(name))


def open_lab(profile: str, rows: str = "*", overrides: Mapping[str, Any] | str | None = None,
             root: str | Path | None = None) -> Lab:
    """Open a profile; the first call of every notebook.

    Args:
        profile: a profile of `notebooks/params/`, or the path of a YAML file.
        rows: keys of the rows to train, as shell patterns separated by commas, such as `"conv4*,base*"`.
        overrides: values that replace the profile's, see `load_profile`; a YAML text will do.
        root: the folder for data, models, assets and results; the repository unless given.

    Raises:
        UserError: for whatever does not exist or does not fit.
    """
    check_parameters({"profile", "rows", "overrides", "root"})
    loaded = load_profile(profile, read_overrides(overrides))
    return Lab(
        profile=loaded.model_copy(update={
            "scratch": _matching(loaded.scratch, rows), "transfer": _matching(loaded.transfer, rows)}),
        paths=_paths(loaded, Path(root).expanduser().resolve() if root else REPOSITORY, find_profile(profile)),
        all_rows={row.key: row for row in _require_match(loaded, rows).rows})



def _matching(rows: tuple[Row, ...], patterns: str) -> tuple[Row, ...]:
    return tuple(row for row in rows
                 if any(fnmatch.fnmatchcase(row.key, pattern.strip()) for pattern in patterns.split(",")))


def _require_match(profile: Profile, patterns: str) -> Profile:
    if profile.rows and not _matching(profile.rows, patterns):
        raise UserError(f"no row is called {patterns!r}; the profile has {', '.join(row.key for row in profile.rows)}")
    return profile


def _paths(profile: Profile, root: Path, file: Path) -> Paths:
    if profile.dataset in DATA_SETS:
        return Paths(root, profile.name or profile.dataset)
    # Somebody's own folder: a relative path starts where they are, or at the profile that names it.
    candidates = [Path(profile.dataset).expanduser(), file.parent / profile.dataset]
    own = next((path.resolve() for path in candidates if path.is_dir()), None)
    if own is None:
        raise UserError(f"there is no folder {profile.dataset!r}, and no data set of that name "
                        f"(there are {', '.join(sorted(DATA_SETS))})")
    name = profile.name or re.sub(r"[^\w.-]+", "-", own.name)
    if name in DATA_SETS:
        raise UserError(f"{own} would be kept as {name!r}, which is a data set of its own: give it another `name`")
    return Paths(root, name, own)
