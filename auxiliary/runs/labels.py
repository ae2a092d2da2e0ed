"""The order and the labels of runs, the same in every table and figure."""

import pandas as pd

from auxiliary.runs.result import LABELS

# Columns in which runs of one key may differ, with the text of the difference; they are tried in this order.
DIFFERENCES = {"seed": "seed {}", "image_size": "{} px", "epochs": "{} epochs", "learning_rate": "rate {:g}",
               "batch_size": "batches of {}", "sampling": "sampling {}", "optimizer": "{}", "schedule": "{}",
               "patience": "patience {}", "tta": "{} views"}


def ranked(results: pd.DataFrame) -> pd.DataFrame:
    """Results sorted by validation accuracy, best first, with a new index; rows without one come last."""
    return results.sort_values("val_accuracy", ascending=False, kind="stable", ignore_index=True)


def comparable(results: pd.DataFrame) -> pd.DataFrame:
    """The rows with a stage and a test accuracy; rows that a user typed in may lack them."""
    return results[results["stage"].isin(LABELS) & results["accuracy"].notna()]


def labelled(results: pd.DataFrame) -> list[str]:
    """The label of each row: its key, and only the differences from other rows of that key."""
    names = results["key"].astype(str).reset_index(drop=True)
    for column, text in DIFFERENCES.items():
        values = results[column].reset_index(drop=True)
        apart = values.groupby(names).transform("nunique") > 1
        names = names.mask(apart, names + ", " + values.map(text.format).astype(str))
    return names.tolist()


def with_interval(row: pd.Series) -> str:
    """A test accuracy and its 95% interval, such as `0.944 [0.930, 0.955]`.

    The mean over several seeds has their lowest and highest instead, such as `0.712 (0.706 to 0.718, 3 seeds)`. Of
    runs that diverged there is none, see `divergence`.
    """
    diverged = divergence(row)
    if diverged and pd.isna(row["accuracy"]):
        return diverged
    if pd.isna(row["accuracy_low"]) or pd.isna(row["accuracy_high"]):
        return f"{row['accuracy']:.3f}"
    if several(row):
        seeds = diverged or f"{row['seeds']} seeds"
        return f"{row['accuracy']:.3f} ({row['accuracy_low']:.3f} to {row['accuracy_high']:.3f}, {seeds})"
    return f"{row['accuracy']:.3f} [{row['accuracy_low']:.3f}, {row['accuracy_high']:.3f}]"


def divergence(row: pd.Series) -> str:
    """How a row diverged: `diverged in epoch 3`, `1 of 3 seeds diverged`; empty where it did not."""
    if not several(row):
        return f"diverged {row['diverged']}" if row.get("diverged") else ""
    return f"{row['diverged_seeds']} of {row['seeds']} seeds diverged" if row.get("diverged_seeds") else ""


def several(row: pd.Series) -> bool:
    """Whether a row joins several seeds."""
    return row.get("seeds", 1) > 1


def run_ids(row: pd.Series) -> tuple[str, ...]:
    """The runs whose mean a row is, one per seed that did not diverge; a row of `read_results` is one run."""
    return row["run_ids"] if "run_ids" in row else (row["run_id"],)


def has_duplicates(results: pd.DataFrame) -> bool:
    """Whether any run has test images with a near-duplicate in the training set."""
    return bool((results["test_duplicates"] > 0).any())
