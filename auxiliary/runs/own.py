"""Whose results the rows of results.csv are: those that this root trained itself, and those that it did not.

- *Own* is the row of a finished run whose folder is in `models/<dataset>/` and whose result has the row's `run_id`.
- *Earlier* is the row of a training that `--retrain` replaced. No table shows it.
- *Shipped* is every other row: results.csv came with it, it is of another machine, or its folder was removed.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from auxiliary.runs.data_sets import data_sets, runs_in
from auxiliary.runs.differences import differing
from auxiliary.runs.labels import comparable, in_order
from auxiliary.runs.replacement import earlier_trainings
from auxiliary.runs.result import folder_of
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import over_seeds


class Rows(NamedTuple):
    """Rows as `read_results` returns them, of each run the newest.

    Attributes:
        own: those of runs of this root.
        shipped: the others.
    """

    own: pd.DataFrame
    shipped: pd.DataFrame

    @property
    def shown(self) -> pd.DataFrame:
        """What tables show: of each data set its own rows, and the shipped ones where it has no own row."""
        others = ~self.shipped["dataset"].isin(set(self.own["dataset"]))
        return pd.concat([self.own, self.shipped[others]], ignore_index=True)

    @property
    def beside(self) -> pd.DataFrame:
        """The shipped rows that may stand beside own ones: those of data sets with own rows, also on other images."""
        return self.shipped[self.shipped["dataset"].isin(set(self.own["dataset"]))]

    @property
    def remark(self) -> str:
        """A sentence that names the data sets whose shipped rows are shown; empty where there is none."""
        return shipped_remark(set(self.shipped["dataset"]) - set(self.own["dataset"]))


def shipped_remark(names: Iterable[str]) -> str:
    """A sentence that says that the rows of some data sets are shipped ones; empty where there is none."""
    if not (listed := ", ".join(sorted(names))):
        return ""
    return (f"No own run of {listed} is in models/: these rows were shipped with results.csv, or the folders of their "
            "runs were removed.")


def own_and_shipped(results: pd.DataFrame, root: Path) -> Rows:
    """Tell own rows from shipped ones, by nothing but the runs' `result.json`; their order is that of `in_order`.

    Args:
        results: rows as `read_results` returns them.
        root: the folder that holds `models/`.

    Raises:
        UserError: when the result of a run that a row names was changed since training, or cannot be read.
    """
    newest = in_order(results).drop_duplicates(["dataset", "run_id"], keep="last")
    is_own, is_earlier = pd.Series(False, newest.index), pd.Series(False, newest.index)
    for dataset in data_sets(root):
        rows = newest["dataset"] == dataset
        runs = list(_trained(newest.loc[rows, "run_id"], root / "models" / dataset))
        is_own |= rows & newest["run_id"].isin([run.result.run_id for run in runs])
        is_earlier |= rows & newest["run_id"].isin([name for run in runs for name in earlier_trainings(run)])
    others = newest[~is_own & ~is_earlier]
    again = others.assign(run_id=others["run_id"].map(folder_of)).duplicated(["dataset", "run_id"], keep="last")
    return Rows(newest[is_own].reset_index(drop=True), others[~again].reset_index(drop=True))


def _trained(run_ids: pd.Series, models: Path) -> Iterator[Run]:
    """The finished runs of a data set of which there is a row; no folder that holds the result of another run."""
    names = set(run_ids.map(folder_of))
    return (run for run in runs_in(models)
            if run.id in names and run.finished and folder_of(run.result.run_id) == run.id)


def counterparts(results: pd.DataFrame, shipped: pd.DataFrame) -> list[pd.Series | None]:
    """The shipped experiment that stands beside each row; None where there is none.

    It is of the same data set and key. Of several, that whose settings differ least counts, and of those the newest.

    Args:
        results: rows as `read_results` or `over_seeds` returns them.
        shipped: rows as `read_results` returns them.
    """
    others = over_seeds(comparable(shipped))
    return [_nearest(row, others[(others["dataset"] == row["dataset"]) & (others["key"] == row["key"])])
            for _, row in results.iterrows()]


def _nearest(row: pd.Series, others: pd.DataFrame) -> pd.Series | None:
    newest_first = [other for _, other in others.iloc[::-1].iterrows()]
    return min(newest_first, key=lambda other: len(differing(row, other)), default=None)
