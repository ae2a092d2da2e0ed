"""Sweeps: the experiments of a grid, compared by their validation accuracy, which choices may use.

Only the combination with the best validation accuracy comes with its test accuracy: the best of many test accuracies
would be too high.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from auxiliary.core.text import counted, counting_order, listed
from auxiliary.evaluation.compare import against_best, compare_with_best
from auxiliary.evaluation.comparison import Comparison
from auxiliary.reporting.sweep_rows import grids, on_validation
from auxiliary.runs.differences import SETTINGS, brief, settings_of
from auxiliary.runs.labels import ranked, tie, with_interval

BEST, NOISE = "best", "noise"


@dataclass(frozen=True)
class Sweep:
    """The experiments of a grid.

    Attributes:
        name: what their keys have in common.
        varied: the columns of results.csv in which they were made to differ, one or more.
        others: the settings in which they differ besides, such as the epochs that a profile gave earlier.
        rows: their rows as `over_seeds` returns them, best validation accuracy first. Their accuracies are
            those of the validation images, see `on_validation`.
        test: the test accuracy of the first row with its interval.
        predictions: predictions for the validation images, by `run_id`, of the runs that have any.
    """

    name: str
    varied: list[str]
    others: list[str]
    rows: pd.DataFrame
    test: str
    predictions: Mapping[str, pd.DataFrame]

    @cached_property
    def comparisons(self) -> dict[int, Comparison]:
        """Each row compared with the first, on the validation images, by its place."""
        return compare_with_best(self.rows, self.predictions)

    @cached_property
    def texts(self) -> pd.DataFrame:
        """The values of the varied columns in words, of long specs what tells them apart."""
        return pd.DataFrame({name: _texts(self.rows[name]) for name in self.varied}, self.rows.index)

    @property
    def verdicts(self) -> list[str]:
        """`best`, `noise` where the row cannot be told from the best, or nothing."""
        return [BEST if place == 0 and pd.notna(accuracy) else NOISE if self._is_noise(place) else ""
                for place, accuracy in enumerate(self.rows["accuracy"])]

    @property
    def best(self) -> str:
        """The values of the best combination, such as `learning rate 0.001, batch size 32`."""
        return ", ".join(f"{heading(name)} {self.texts[name].iloc[0]}" for name in self.varied)

    @property
    def sentence(self) -> str:
        """What validation chose, and whether others could as well be the best."""
        if pd.isna(self.rows["accuracy"].iloc[0]):
            return "No combination has a validation accuracy: all diverged."
        also = f" Rows also differ in {listed([*map(heading, self.others)], 4)}." if self.others else ""
        alike = tie(self.rows["accuracy"], self.rows["key"])
        chosen = f"{self.best} ({alike})" if alike else self.best
        return f"Validation chose {chosen}: test accuracy {self.test}. {self._lead()}{also}"

    def _lead(self) -> str:
        """Whether chance could explain that the best is better than the others."""
        noise, known = self.verdicts.count(NOISE), len(self.comparisons)
        if not known:
            return "Whether chance could explain its lead is not known."
        if noise == 0:
            return "Chance does not explain its lead on the validation images."
        which = "all others" if noise == known > 1 else f"{noise:,} of {counted(known, 'other')}"
        return f"Chance could explain its lead over {which} on the validation images."

    def values(self, column: str) -> list[str]:
        """The values of a varied column in words, in the order of `in_order`."""
        return list(dict.fromkeys(self.texts[column].loc[_places(self.rows[column]).sort_values(kind="stable").index]))

    def in_order(self) -> pd.DataFrame:
        """`rows` by the values of the varied columns: numbers by their size, words as people count."""
        return self.rows.iloc[self.rows[self.varied].apply(_places).sort_values(self.varied, kind="stable").index]

    def _is_noise(self, place: int) -> bool:
        return place in self.comparisons and self.comparisons[place].noise


def find_sweeps(results: pd.DataFrame, runs: pd.DataFrame,
                predictions: Mapping[str, pd.DataFrame] | None = None) -> list[Sweep]:
    """The grids of which there are results of two combinations or more.

    Args:
        results: rows of one data set as `over_seeds` returns them. Of a key with several the newest counts.
        runs: the rows of single runs that these were made of.
        predictions: predictions for the validation images, by `run_id`, of the runs that have any.
    """
    found = []
    for name, rows, varied in grids(results):
        ordered = ranked(on_validation(rows, runs))
        best = rows.loc[rows["key"] == ordered["key"].iloc[0]].iloc[0]
        different = settings_of(rows).nunique()
        others = [each for each in SETTINGS if each not in ("seed", *varied) and different[each] > 1]
        found.append(Sweep(name, varied, others, ordered, with_interval(best), predictions or {}))
    return found


def sweep_table(sweep: Sweep) -> pd.DataFrame:
    """Validation accuracy over a grid, in the order of the values.

    Returns:
        One column for each varied setting, then `validation` (accuracy with its interval), `against the best` (in
        percentage points, and whether it is noise) and `test` (of the best alone).
    """
    rows = sweep.in_order()
    against = pd.Series(against_best(sweep.rows, sweep.predictions), sweep.rows.index)
    table = sweep.texts.loc[rows.index].rename(columns=heading)
    table["validation"] = [with_interval(row) for _, row in rows.iterrows()]
    table["against the best"] = against[rows.index]
    table["test"] = [sweep.test if against[place] == BEST else "" for place in rows.index]
    return table.reset_index(drop=True)


def heading(column: str) -> str:
    """The name of a column in words."""
    return column.replace("_", " ")


def _texts(values: pd.Series) -> list[str]:
    words = [f"{value:g}" if isinstance(value, float) else str(value) if pd.notna(value) else "unknown"
             for value in values.astype(object)]
    said = brief(words)
    return [said[word] or "none" for word in words]


def _places(values: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(values):
        return values
    known = sorted(set(values), key=lambda value: counting_order(str(value)))
    return values.map({value: place for place, value in enumerate(known)})
