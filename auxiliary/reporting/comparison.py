"""How far from scratch, how far pre-trained, and at what price: all runs of one data set compared.

The best run is always the one of the best validation accuracy; of equals, the earlier row.
"""

import pandas as pd

from auxiliary.evaluation.columns import SCRATCH, TRANSFER
from auxiliary.evaluation.metrics import difference_interval
from auxiliary.reporting.style import counted

NETWORK = {SCRATCH: "network from scratch", TRANSFER: "pre-trained network"}
# What runs of one row may differ in, the first that tells them apart first.
DIFFERENCES = {"seed": "seed {}", "image_size": "{} px", "epochs": "{} epochs", "learning_rate": "rate {:g}",
               "batch_size": "batches of {}", "sampling": "sampling {}", "optimizer": "{}", "schedule": "{}",
               "patience": "patience {}", "tta": "{} views"}
MEGABYTE = 2**20


def ranked(results: pd.DataFrame) -> pd.DataFrame:
    """`results` by validation accuracy, best first, index reset; runs without one come last."""
    return results.sort_values("val_accuracy", ascending=False, kind="stable", ignore_index=True)


def comparable(results: pd.DataFrame) -> pd.DataFrame:
    """The rows with a stage and a test accuracy: a row that a user typed in may lack either."""
    return results[results["stage"].isin(NETWORK) & results["accuracy"].notna()]


def leaderboard(results: pd.DataFrame) -> pd.DataFrame:
    """The results to show, best validation accuracy first; the index is the rank, from 1.

    Args:
        results: rows of one data set, as `read_results` gives them.

    Returns:
        Columns `key`, `stage`, `accuracy` (test accuracy as `with_interval` writes it), `val_accuracy`, `acc_train`,
        `reported` where any row has one, `parameters`, `epochs_total`, `train_seconds`.
    """
    best = ranked(results)
    columns = ["key", "stage", "accuracy", "val_accuracy", "acc_train", "reported", "parameters",
               "epochs_total", "train_seconds"]
    if best["reported"].isna().all():
        columns.remove("reported")
    table = best[columns].round({"val_accuracy": 3, "acc_train": 3, "reported": 3, "train_seconds": 1})
    table["key"] = labelled(best)
    table["accuracy"] = [with_interval(row) for _, row in best.iterrows()]
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="rank"))


def tradeoff_table(results: pd.DataFrame) -> pd.DataFrame:
    """What each accuracy costs, best validation accuracy first; the index is the rank, from 1.

    Args:
        results: rows of one data set, as `read_results` gives them.

    Returns:
        Columns `key`, `stage`, `accuracy` (test accuracy as `with_interval` writes it), `parameters`, `size` (of them
        in float32, 1 MB being 2**20 bytes) and `training` (such as "6 min + 14 min": a row that goes on from others
        comes after them, as far as they are among the results).
    """
    best = ranked(results)
    table = best[["key", "stage", "accuracy", "parameters"]].assign(
        key=labelled(best), accuracy=[with_interval(row) for _, row in best.iterrows()],
        size=["" if pd.isna(number) else f"{4 * number / MEGABYTE:.2f} MB" for number in best["parameters"]],
        training=[" + ".join(duration(seconds) for seconds in _training(row, best)) for _, row in best.iterrows()])
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="rank"))


def answer(results: pd.DataFrame, chance: float) -> str:
    """One sentence: how far from scratch, how far pre-trained, by how much.

    Each stage is spoken for by its run of best validation accuracy.

    Args:
        results: rows of one data set, as `read_results` gives them.
        chance: the accuracy of guessing, 0 to 1.
    """
    rows = comparable(results)
    rows = rows.assign(key=labelled(rows))
    best = {stage: ranked(group).iloc[0] for stage, group in rows.groupby("stage")}
    if not best:
        return "No run has finished yet, so there is nothing to compare."
    where = _where(pd.DataFrame(best.values()), chance)
    if len(best) == 1:
        (stage, row), = best.items()
        other = NETWORK[SCRATCH if stage == TRANSFER else TRANSFER]
        return (f"{where}, the best {NETWORK[stage]}, {row['key']}, reaches a test accuracy of "
                f"{with_interval(row)}; no {other} has finished yet.")
    scratch, transfer = best[SCRATCH], best[TRANSFER]
    return (f"{where}, the best network from scratch, {scratch['key']}, reaches a test accuracy of "
            f"{with_interval(scratch)} and the best pre-trained one, {transfer['key']}, "
            f"{with_interval(transfer)}: {_difference(scratch, transfer)}.")


def labelled(results: pd.DataFrame) -> list[str]:
    """What to call each run: its key, and what tells it apart from others of that key, no more."""
    names = results["key"].astype(str).reset_index(drop=True)
    for column, text in DIFFERENCES.items():
        values = results[column].reset_index(drop=True)
        apart = values.groupby(names).transform("nunique") > 1
        names = names.mask(apart, names + ", " + values.map(text.format).astype(str))
    return names.tolist()


def with_interval(row: pd.Series) -> str:
    """A result's test accuracy and its 95% interval, such as `0.944 [0.930, 0.955]`.

    That of several seeds comes with their lowest and highest, such as `0.712 (0.706 to 0.718, 3 seeds)`.
    """
    if pd.isna(row["accuracy_low"]) or pd.isna(row["accuracy_high"]):
        return f"{row['accuracy']:.3f}"
    if _several(row):
        return f"{row['accuracy']:.3f} ({row['accuracy_low']:.3f} to {row['accuracy_high']:.3f}, {row['seeds']} seeds)"
    return f"{row['accuracy']:.3f} [{row['accuracy_low']:.3f}, {row['accuracy_high']:.3f}]"


def duration(seconds: float) -> str:
    """A time with its unit, such as `57 s`, `15 min` or `2.5 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _several(row: pd.Series) -> bool:
    return row.get("seeds", 1) > 1


def _training(row: pd.Series, results: pd.DataFrame) -> list[float]:
    """The seconds that were trained for a row, those of the rows it goes on from first; none where not known."""
    if pd.isna(row["train_seconds"]):
        return []
    # Without the row itself, so that rows typed in to go on from each other come to an end.
    others = results.drop(row.name)
    # Means over seeds are rounded, so that their sum may be one off.
    earlier = others["epochs_total"] - (row["epochs_total"] - row["epochs"])
    parents = others[(others["key"] == row["parent"]) & (others["seed"] == row["seed"]) & (earlier.abs() <= 1)]
    earlier = _training(parents.iloc[-1], others) if len(parents) else []
    return [*earlier, row["train_seconds"]]


def _where(best: pd.DataFrame, chance: float) -> str:
    pictures = sorted(set(best["test_pictures"].dropna().astype(int)))
    tested = " or ".join(counted(number, "test picture") for number in pictures) or "size of test set unknown"
    return f"On {best['dataset'].iloc[0]} ({tested}, chance {chance:.3f})"


def _difference(scratch: pd.Series, transfer: pd.Series) -> str:
    points = 100 * (transfer["accuracy"] - scratch["accuracy"])
    size = f"{abs(points):.1f} percentage points {'more' if points >= 0 else 'less'}"
    ends = pd.concat([scratch, transfer])[["accuracy_low", "accuracy_high"]]
    # The ends of several seeds are no interval.
    if ends.isna().any() or _several(scratch) or _several(transfer):
        return size
    low, high = (100 * end for end in difference_interval(*(
        (row["accuracy"], row["accuracy_low"], row["accuracy_high"]) for row in (transfer, scratch))))
    doubt = "; with 0 inside, these test pictures cannot tell the two apart" if low <= 0 <= high else ""
    return f"{size} (95% interval of the difference {low:+.1f} to {high:+.1f}{doubt})"
