"""How far from scratch, how far pre-trained: all runs of one data set compared.

The best run is always the one of the best validation accuracy; of equals, the earlier row.
"""

import pandas as pd

from auxiliary.evaluation.columns import SCRATCH, TRANSFER
from auxiliary.evaluation.metrics import difference_interval
from auxiliary.reporting.style import counted

NETWORK = {SCRATCH: "network from scratch", TRANSFER: "pre-trained network"}


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
        Columns `key`, `stage`, `accuracy` (as "0.944 [0.930, 0.955]": test accuracy, 95% interval),
        `val_accuracy`, `acc_train`, `reported` where any row has one, `parameters`, `epochs_total`,
        `train_seconds`.
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


def answer(results: pd.DataFrame, chance: float) -> str:
    """One sentence: how far from scratch, how far pre-trained, by how much.

    Each stage is spoken for by its run of best validation accuracy.

    Args:
        results: rows of one data set, as `read_results` gives them.
        chance: the accuracy of guessing, 0 to 1.
    """
    best = {stage: ranked(rows).iloc[0] for stage, rows in comparable(results).groupby("stage")}
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
    """What to call each run: its key, with what tells it apart from others of that key."""
    repeated = results["key"].duplicated(keep=False)
    return [f"{row['key']}, seed {row['seed']}, {row['epochs']} epochs" if again else row["key"]
            for again, (_, row) in zip(repeated, results.iterrows(), strict=True)]


def with_interval(row: pd.Series) -> str:
    """A result's test accuracy and its 95% interval, such as `0.944 [0.930, 0.955]`."""
    if pd.isna(row["accuracy_low"]) or pd.isna(row["accuracy_high"]):
        return f"{row['accuracy']:.3f}"
    return f"{row['accuracy']:.3f} [{row['accuracy_low']:.3f}, {row['accuracy_high']:.3f}]"


def _where(best: pd.DataFrame, chance: float) -> str:
    pictures = sorted(set(best["test_pictures"].dropna().astype(int)))
    tested = " or ".join(counted(number, "test picture") for number in pictures) or "size of test set unknown"
    return f"On {best['dataset'].iloc[0]} ({tested}, chance {chance:.3f})"


def _difference(scratch: pd.Series, transfer: pd.Series) -> str:
    points = 100 * (transfer["accuracy"] - scratch["accuracy"])
    size = f"{abs(points):.1f} percentage points {'more' if points >= 0 else 'less'}"
    ends = pd.concat([scratch, transfer])[["accuracy_low", "accuracy_high"]]
    if ends.isna().any():
        return size
    low, high = (100 * end for end in difference_interval(*(
        (row["accuracy"], row["accuracy_low"], row["accuracy_high"]) for row in (transfer, scratch))))
    doubt = "; with 0 inside, these test pictures cannot tell the two apart" if low <= 0 <= high else ""
    return f"{size} (95% interval of the difference {low:+.1f} to {high:+.1f}{doubt})"
