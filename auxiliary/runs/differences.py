"""In which settings runs differ, and how a difference is said.

What two runs may differ in follows from the columns of results.csv: a new column tells runs apart, unless it is named
here as an outcome.
"""

from collections.abc import Iterable

import pandas as pd

from auxiliary.core.text import short
from auxiliary.runs.result import COLUMNS, FLOATS, LABELS, NOT_DETERMINISTIC, TRANSFER

# What does not belong to a run's settings: names, what follows from settings and images, and what was measured.
OUTCOMES = {*FLOATS, "key", "dataset", "test_images", "test_duplicates", "train_images", "val_images", "classes",
            "parameters", "trainable_parameters", "diverged", "run_id", "finished_at"} - {
                "learning_rate", "label_smoothing"}
# These tell two runs apart only where no setting does.
ENVIRONMENT = ["epochs_total", "precision", "device", "tensorflow", "keras", "python", "commit", "config_hash"]
SETTINGS = [name for name in COLUMNS if name not in {*OUTCOMES, *ENVIRONMENT, "seed"}] + ["seed"]
# How a value is said; all others as `sampling mean`.
TEXTS = {"learning_rate": "rate {:g}", "epochs": "{} epochs", "image_size": "{} px", "batch_size": "batches of {}",
         "optimizer": "{}", "schedule": "{}", "label_smoothing": "labels smoothed {:g}", "averaging": "{}",
         "sizes": "trained at {}", "views": "{} views", "tta": "{}", "epochs_total": "{} epochs with its parents"}
MISSING_IS_0 = ("patience", "label_smoothing")    # where a version did not record them
DETERMINISTIC = {"": "deterministic", NOT_DETERMINISTIC: "not deterministic"}
SEPARATOR = " | "    # of a spec's operations


def settings_of(results: pd.DataFrame) -> pd.DataFrame:
    """The columns in which runs may differ, unknown where a column tells nothing about the settings.

    The number of epochs is no setting where early stopping may end a run. Rows of versions without `patience` and
    `label_smoothing` had none of both.

    Args:
        results: rows as `read_results` or `over_seeds` returns them.
    """
    known = results[[*SETTINGS, *ENVIRONMENT]].fillna(dict.fromkeys(MISSING_IS_0, 0))
    stopping = known["patience"] > 0
    return known.assign(epochs=known["epochs"].mask(stopping), epochs_total=known["epochs_total"].mask(stopping))


def differing(row: pd.Series, other: pd.Series) -> list[str]:
    """The columns in which the settings of two rows differ, but for the seed; `config_hash` where it alone does.

    Args:
        row: a row as `read_results` or `over_seeds` returns it.
        other: the other one.
    """
    found = [name for name in SETTINGS if name != "seed" and _differ(_setting(row, name), _setting(other, name))]
    if row["config_hash"] == other["config_hash"] != "":
        return found
    return found or ["config_hash"]


def _setting(row: pd.Series, name: str) -> object:
    """A cell of `settings_of` for one row, which is much faster; None where it is unknown."""
    if name == "epochs" and (_setting(row, "patience") or 0) > 0:
        return None
    return (0 if name in MISSING_IS_0 else None) if pd.isna(row[name]) else row[name]


def _differ(value: object, other: object) -> bool:
    return value is not None and other is not None and value != other


def texts_of(column: str, values: pd.Series, stages: pd.Series) -> pd.Series:
    """What a label says of each value of a column, such as `12 epochs`; empty where it is unknown.

    Args:
        column: one of `SETTINGS` or `ENVIRONMENT`.
        values: its values in runs of one key.
        stages: the stage of each of these runs.
    """
    if column == "stage":
        return values.map(LABELS).fillna("")
    if column == "deterministic":
        return values.map(DETERMINISTIC).fillna("")
    values = values.astype(object)
    said = values.map(brief(values)) if values.map(type).eq(str).all() else values
    name = pd.Series(column, values.index).mask((stages == TRANSFER) & (column == "network"), "head")
    texts = [f"no {each}" if value == "" else TEXTS.get(column, f"{each} {{}}").format(value)
             for each, value in zip(name, said.where(values.notna(), ""), strict=True)]
    return pd.Series(texts, values.index, dtype=object).mask(values.isna(), "")


def brief(texts: Iterable[str]) -> dict[str, str]:
    """Short forms of some texts: of long specs without the operations that all of them share at either end.

    Where short forms would be the same, the texts stay whole.
    """
    different = sorted(set(texts))
    if all(short(text) == text for text in different):
        return dict(zip(different, different, strict=True))
    cut = [short(text) for text in _without_shared(different)]
    return dict(zip(different, cut if len(set(cut)) == len(cut) else different, strict=True))


def _without_shared(texts: list[str]) -> list[str]:
    """Specs without the operations that all share at the beginning and at the end; each keeps one."""
    specs = [text.split(SEPARATOR) for text in texts]
    fewest = min(map(len, specs)) - 1
    start = _shared(specs, fewest)
    end = _shared([spec[::-1] for spec in specs], fewest - start)
    return [SEPARATOR.join(["…"] * (start > 0) + spec[start:len(spec) - end] + ["…"] * (end > 0)) for spec in specs]


def _shared(specs: list[list[str]], most: int) -> int:
    """How many operations all specs share at their beginning, at most `most`."""
    columns = list(zip(*specs, strict=False))[:most]
    return next((place for place, column in enumerate(columns) if len(set(column)) > 1), len(columns))
