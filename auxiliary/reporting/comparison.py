"""Leaderboard, trade-off table and summary sentence of the results of one data set.

"Best" always means best validation accuracy; of equals, the earlier row, and the sentence names the others.
"""

from collections.abc import Mapping

import pandas as pd

from auxiliary.core.text import counted, duration
from auxiliary.evaluation.compare import against_best, compare_in_table, p_value, points_text
from auxiliary.evaluation.comparison import Comparison
from auxiliary.reporting.shipped import shipped_cells
from auxiliary.runs.labels import comparable, divergence, has_duplicates, labelled, ranked, several, tie, with_interval
from auxiliary.runs.result import SCRATCH, TRANSFER

NETWORK = {SCRATCH: "network from scratch", TRANSFER: "pre-trained network"}
RENAMED = {"accuracy_without_duplicates": "without duplicates", "ece": "calibration error"}
ONE_SEED = ("Each was trained with one seed, so the spread between seeds is not covered; three seeds would show it "
            "(-p seeds '[0, 1, 2]').")
LEADERBOARD = ["key", "stage", "accuracy", "against the best", "shipped", "without duplicates", "val_accuracy",
               "acc_train", "published_accuracy", "calibration error", "parameters", "epochs", "train_seconds"]
MEGABYTE = 1e6


def leaderboard(results: pd.DataFrame, predictions: Mapping[str, pd.DataFrame] | None = None,
                shipped: pd.DataFrame | None = None) -> pd.DataFrame:
    """The results, best validation accuracy first; the index is the rank, from 1.

    Args:
        results: rows of one data set, as `read_results` or `over_seeds` returns them.
        predictions: test predictions of runs by `run_id`, as `saved_predictions` reads them. If those of all runs of
            two rows are available, the two are compared image by image.
        shipped: the shipped rows that may stand beside these, see `auxiliary.runs.own`.

    Returns:
        Columns `key`, `stage`, `accuracy` (test accuracy as `with_interval` writes it), `against the best` (the
        difference in test accuracy, and whether it is noise by the rule of `compare`), `shipped` (see `shipped_cells`;
        only if any row has one), `without duplicates` (test accuracy without images that have a near-duplicate in the
        training set; only if any run has such images), `val_accuracy`, `acc_train`, `published_accuracy` and
        `calibration error` (if any row has one), `parameters`, `epochs` and `train_seconds` (whole seconds), both
        without those of parents. Other numbers have all digits, so that every table that formats them shows the same.
    """
    best = ranked(results)
    table = best.rename(columns=RENAMED).assign(**{
        "key": labelled(best), "accuracy": [with_interval(row) for _, row in best.iterrows()],
        "train_seconds": best["train_seconds"].round().astype("Int64"),
        "against the best": against_best(best, predictions), "shipped": shipped_cells(best, shipped)})
    absent = [name for name in ("published_accuracy", "calibration error") if table[name].isna().all()]
    if not table["shipped"].any():
        absent.append("shipped")
    if not has_duplicates(best):
        absent.append("without duplicates")
    table = table[[name for name in LEADERBOARD if name not in absent]]
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="rank"))


def tradeoff_table(results: pd.DataFrame) -> pd.DataFrame:
    """The cost of each accuracy, best validation accuracy first; the index is the rank, from 1.

    Args:
        results: rows of one data set, as `read_results` returns them.

    Returns:
        Columns `key`, `stage`, `accuracy` (test accuracy as `with_interval` writes it), `parameters`, `size` (of the
        parameters in float32; 1 MB is 1e6 bytes) and `training` (such as "6 min + 14 min": the training time of
        the parents comes first, as far as they are among the results).
    """
    best = ranked(results)
    table = best[["key", "stage", "accuracy", "parameters"]].assign(
        key=labelled(best), accuracy=[with_interval(row) for _, row in best.iterrows()],
        size=["" if pd.isna(number) else f"{4 * number / MEGABYTE:.2f} MB" for number in best["parameters"]],
        training=[" + ".join(duration(seconds) for seconds in _training(row, best)) for _, row in best.iterrows()])
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="rank"))


def summary_sentence(results: pd.DataFrame, chance: float,
                     predictions: Mapping[str, pd.DataFrame] | None = None) -> str:
    """One sentence: the best network from scratch, the best pre-trained one, and whether the difference is noise.

    Another sentence says that the spread between seeds is not covered, where each has one seed; another names the
    experiments that diverged, if any did.

    Args:
        results: rows of one data set, as `read_results` or `over_seeds` returns them.
        chance: the accuracy of guessing, 0 to 1.
        predictions: as for `leaderboard`; the sentence uses the p-value and interval of that table.
    """
    return " ".join([_comparison(results, chance, predictions), *_diverged(results)])


def _diverged(results: pd.DataFrame) -> list[str]:
    """A sentence that names the rows that diverged, if any did."""
    named = [f"{name} ({text})" for name, (_, row) in zip(labelled(results), results.iterrows(), strict=True)
             if (text := divergence(row))]
    return [f"No accuracy is claimed where training diverged: {', '.join(named)}."] if named else []


def _comparison(results: pd.DataFrame, chance: float, predictions: Mapping[str, pd.DataFrame] | None) -> str:
    rows = ranked(comparable(results))
    rows = rows.assign(key=labelled(rows))
    best = {row["stage"]: row for _, row in rows.drop_duplicates("stage").iterrows()}
    if not best:
        return "No run has an accuracy yet, so there is nothing to compare."
    test_set = _test_set(pd.DataFrame(best.values()), chance)
    if len(best) == 1:
        (stage, row), = best.items()
        other = NETWORK[SCRATCH if stage == TRANSFER else TRANSFER]
        return (f"{test_set}, the best {NETWORK[stage]}, {_named(rows, stage)}, reaches a test accuracy of "
                f"{with_interval(row)}; no {other} has an accuracy on these images.")
    scratch, transfer = best[SCRATCH], best[TRANSFER]
    found = compare_in_table(transfer, scratch, rows, predictions)
    return (f"{test_set}, the best network from scratch, {_named(rows, SCRATCH)}, reaches a test accuracy of "
            f"{with_interval(scratch)} and the best pre-trained one, {_named(rows, TRANSFER)}, "
            f"{with_interval(transfer)}: {_difference(transfer, scratch, found)}."
            f"{f' {ONE_SEED}' if found and not found.seeds else ''}")


def _named(rows: pd.DataFrame, stage: str) -> str:
    """The name of the best row of a stage, and of those with the same validation accuracy."""
    own = rows[rows["stage"] == stage]
    alike = tie(own["val_accuracy"], own["key"])
    return f"{own['key'].iloc[0]} ({alike})" if alike else own["key"].iloc[0]


def _training(row: pd.Series, results: pd.DataFrame) -> list[float]:
    """The training times in seconds of a row's parents and of the row itself; empty where unknown."""
    if pd.isna(row["train_seconds"]):
        return []
    # Without the row itself, so that rows typed in as parents of each other come to an end.
    others = results.drop(row.name)
    # Means over seeds are rounded, so that their sum may be one off.
    earlier = others["epochs_total"] - (row["epochs_total"] - row["epochs"])
    parents = others[(others["key"] == row["parent"]) & _same_seed(row, others) & (earlier.abs() <= 1)]
    return [*(_training(parents.iloc[-1], others) if len(parents) else []), row["train_seconds"]]


def _same_seed(row: pd.Series, others: pd.DataFrame) -> pd.Series:
    """Whether other rows may have the seed of a row: a mean over seeds has no seed of its own, so it may."""
    joined = others["seeds"] > 1 if "seeds" in others else False
    return (others["seed"] == row["seed"]) | joined | several(row)


def _test_set(best: pd.DataFrame, chance: float) -> str:
    sizes = sorted(set(best["test_images"].dropna().astype(int)))
    images = " or ".join(counted(number, "test image") for number in sizes) or "size of test set unknown"
    return f"On {best['dataset'].iloc[0]} ({images}, chance {chance:.3f})"


def _difference(transfer: pd.Series, scratch: pd.Series, found: Comparison | None) -> str:
    points = found.points if found else 100 * (transfer["accuracy"] - scratch["accuracy"])
    size = points_text(points).lstrip("+-")
    difference = f"{size} percentage points {'more' if points >= 0 else 'less'}"
    return f"{difference} ({'; '.join(_certainty(found))})" if found else difference


def _certainty(found: Comparison) -> list[str]:
    """How certain a difference is: its interval, test and correction, and whether it may be noise."""
    ends = " to ".join(map(points_text, found.ends))
    luck = "seeds and test images" if found.seeds else "test images"
    doubt = [f"these {luck} cannot tell the two apart"] if found.noise else []
    over = f" over {luck}" if found.seeds else ""
    if not found.paired:
        corrected = " with Holm's correction" if found.corrected else ""
        return [f"unpaired 95% interval of the difference{over}{corrected} {ends}",
                *(f"with 0 inside, {words}" for words in doubt)]
    test = "analysis of variance" if found.seeds else "McNemar's test"
    return [f"95% interval of the paired difference{over} {ends}", f"{test}: {p_value(found.p)}",
            *(["both with Holm's correction"] if found.corrected else []), *doubt]
