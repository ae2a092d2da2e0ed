"""Several seeds of a row as one."""

import pandas as pd

from auxiliary.runs.run import Run

# What makes two runs of which `config_hash` is not known the same but for their seed; `epochs` as well, unless a run
# stopped by itself.
EXPERIMENT = [
    "dataset",
    "images_hash",
    "split_rule",
    "stage",
    "model_id",
    "key",
    "parent",
    "network",
    "backbone",
    "tune_last",
    "image_size",
    "learning_rate",
    "batch_size",
    "sampling",
    "optimizer",
    "schedule",
    "augment",
    "patience",
    "tta",
]
MEANS = ["accuracy", "val_accuracy", "acc_train", "train_loss", "val_loss", "test_loss", "macro_f1", "ece",
         "accuracy_without_duplicates", "published_accuracy", "train_seconds", "images_per_second"]


def over_seeds(results: pd.DataFrame) -> pd.DataFrame:
    """One row an experiment: runs that differ only in their seed, together; of a run made several times the last.

    Args:
        results: rows as `read_results` gives them.

    Returns:
        The same columns in order of appearance, `seeds`, how many there are, and `run_accuracy`. Accuracies, losses,
        times and epochs are means. Of several seeds `accuracy_low` and `accuracy_high` are the lowest and highest test
        accuracy; a single one keeps its 95% interval. `run_id` is the run of the best validation accuracy and
        `run_accuracy` its test accuracy. Everything else is the first run's.
    """
    number = _experiments(results)
    last = ~results[["seed"]].assign(number=number).duplicated(keep="last")
    groups = results[last].groupby(number[last])
    table = groups.first().assign(seeds=groups.size())
    table[MEANS] = groups[MEANS].mean()
    for name in ("epochs", "epochs_total"):
        table[name] = groups[name].mean().round().astype("Int64")
    for name, end in (("accuracy_low", groups["accuracy"].min()), ("accuracy_high", groups["accuracy"].max())):
        table[name] = table[name].mask(table["seeds"] > 1, end)
    best = results.assign(number=number)[last].sort_values("val_accuracy", ascending=False, kind="stable")
    best = best.drop_duplicates("number").set_index("number")
    table = table.assign(run_id=best["run_id"], run_accuracy=best["accuracy"])
    return table.reset_index(drop=True)


def best_of_each(results: pd.DataFrame) -> pd.DataFrame:
    """Of each experiment the run of the best validation accuracy.

    Experiments come by the mean over their seeds, the best first; of equals the earlier.
    """
    number = _experiments(results)
    mean = results["val_accuracy"].groupby(number).transform("mean")
    order = results.assign(number=number, mean=mean).sort_values(["mean", "val_accuracy"], ascending=False)
    return order.drop_duplicates("number").drop(columns=["number", "mean"])


def _experiments(results: pd.DataFrame) -> pd.Series:
    """A number for each run, the same for those that differ only in their seed."""
    known = results[EXPERIMENT].fillna({"patience": 0, "tta": 0})
    settings = known.assign(epochs=results["epochs"].mask(known["patience"] > 0))
    named = results["config_hash"] != ""
    settings = settings.astype(object).mask(named).assign(
        config_hash=results["config_hash"], key=results["key"], dataset=results["dataset"])
    return settings.groupby(list(settings), sort=False, dropna=False).ngroup()


def results_of(runs: list[Run]) -> pd.DataFrame:
    """The result rows of some runs, with the columns of `results.csv`."""
    return pd.DataFrame([run.result.model_dump() for run in runs])


def histories_of(runs: list[Run]) -> dict[str, list[pd.DataFrame]]:
    """The histories of some finished runs by the key of their row, one a seed."""
    histories: dict[str, list[pd.DataFrame]] = {}
    for run in runs:
        histories.setdefault(run.result.key, []).append(run.history)
    return histories


def best_per_experiment(runs: list[Run]) -> list[Run]:
    """Of each row the run of the best validation accuracy; the row with the best mean over its seeds first."""
    return [runs[place] for place in best_of_each(results_of(runs)).index]


def best(runs: list[Run]) -> Run:
    """Of the row with the best validation accuracy, the mean over its seeds, the best run; of equals the first."""
    return best_per_experiment(runs)[0]
