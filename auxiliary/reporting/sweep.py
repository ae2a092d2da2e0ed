"""Sweeps: the experiments of a grid, compared by their validation accuracy, which choices may use.

Only the combination with the best validation accuracy comes with its test accuracy: the best of many test accuracies
would be too high.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from auxiliary.config.grid_keys import COLUMNS, split_key
from auxiliary.core.text import counting_order, listed
from auxiliary.evaluation.compare import against_best, compare_with_best
from auxiliary.evaluation.comparison import Comparison
from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.runs.differences import SETTINGS, brief, settings_of
from auxiliary.runs.labels import finished_times, ranked, run_ids, several, with_interval
from auxiliary.runs.result import LABELS

BEST, NOISE = "best", "noise"
MEASURED = ["accuracy", "accuracy_low", "accuracy_high", "accuracy_std", "test_images"]


@dataclass(frozen=True)
class Sweep:
    """The experiments of a grid.

    Attributes:
        name: what their keys have in common.
        varied: the columns of results.csv in which they were made to differ, one or more.
        others: the settings in which they differ besides, such as the epochs that a profile gave earlier.
        rows: their rows as `over_seeds` returns them, best validation accuracy first. The columns `MEASURED` are those
            of the validation images.
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
        return f"Validation chose {self.best}: test accuracy {self.test}. {self._lead()}{also}"

    def _lead(self) -> str:
        """Whether chance could explain that the best is better than the others."""
        noise, known = self.verdicts.count(NOISE), len(self.comparisons)
        if not known:
            return "Whether chance could explain its lead is not known."
        if noise == 0:
            return "Chance does not explain its lead on the validation images."
        which = "the others" if noise == known else f"{noise:,} of {known:,} others"
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
    for name, rows, varied in _grids(results):
        on_validation = ranked(_on_validation(rows, runs))
        best = rows.loc[rows["key"] == on_validation["key"].iloc[0]].iloc[0]
        different = settings_of(rows).nunique()
        others = [each for each in SETTINGS if each not in ("seed", *varied) and different[each] > 1]
        found.append(Sweep(name, varied, others, on_validation, with_interval(best), predictions or {}))
    return found


def swept_keys(results: pd.DataFrame) -> set[str]:
    """The keys of the experiments that belong to such a grid; `results` as for `find_sweeps`."""
    return {key for _, rows, _ in _grids(results) for key in rows["key"]}


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


def _grids(results: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, list[str]]]:
    """The name of each grid, its rows with a new index, and the columns in which they were made to differ."""
    newest = results.iloc[pd.Series(finished_times(results)).argsort(kind="stable")].drop_duplicates(
        ["stage", "key"], keep="last").sort_index()
    newest = newest[newest["stage"].isin(LABELS)]
    said = [split_key(str(key)) for key in newest["key"]]
    names = pd.DataFrame({"stage": newest["stage"], "base": [base for base, _ in said],
                          "settings": [tuple(values) for _, values in said]}, newest.index)
    for (_, base, settings), places in names.groupby([*names], sort=False).groups.items():
        rows = newest.loc[places].reset_index(drop=True)
        columns = [COLUMNS.get(name, name) for name in settings]
        if varied := [name for name in dict.fromkeys(columns) if len(rows[name].unique()) > 1]:
            yield base, rows, varied


def _on_validation(rows: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Rows with the accuracies on the validation images in place of those on the test images."""
    accuracy_of = runs.drop_duplicates("run_id", keep="last").set_index("run_id")["val_accuracy"]
    return rows.assign(**pd.DataFrame([_measured(row, accuracy_of) for _, row in rows.iterrows()], rows.index,
                                      MEASURED))


def _measured(row: pd.Series, accuracy_of: pd.Series) -> tuple[float, ...]:
    """Validation accuracy of a row, its interval (of several seeds the lowest and highest), spread and images."""
    accuracy, images = row["val_accuracy"], row["val_images"]
    each = accuracy_of.reindex(list(run_ids(row))).dropna()
    low = high = float("nan")
    if several(row) and len(each):
        low, high = each.min(), each.max()
    elif pd.notna(accuracy) and pd.notna(images) and images > 0:
        low, high = wilson_interval(round(accuracy * int(images)), int(images))
    return accuracy, low, high, each.std(), images


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
