"""Several seeds of an experiment together, and the best of several runs."""

import pandas as pd
from pandas.api.typing import DataFrameGroupBy, SeriesGroupBy

from auxiliary.core.errors import Diverged
from auxiliary.runs.differences import MISSING_IS_0
from auxiliary.runs.labels import finished_times, in_order
from auxiliary.runs.run import Run

# Columns that must agree for two rows without `config_hash` to be seeds of one experiment; `epochs` too, unless early
# stopping ended a run.
SAME_EXPERIMENT = ["dataset", "images_hash", "split_rule", "stage", "model_id", "key", "parent", "refit", "network",
                   "backbone", "tune_last", "image_size", "learning_rate", "batch_size", "sampling", "optimizer",
                   "schedule", "label_smoothing", "averaging", "class_weight", "augment", "views", "patience", "tta",
                   "deterministic"]
MEANS = ["accuracy", "val_accuracy", "acc_train", "train_loss", "val_loss", "test_loss", "macro_f1", "ece",
         "accuracy_without_duplicates", "published_accuracy", "train_seconds", "images_per_second"]
MEAN_DIGITS = 12


def over_seeds(results: pd.DataFrame) -> pd.DataFrame:
    """One row per experiment: runs that differ only in their seed are joined.

    Of a run that was trained several times the newest row counts. The order of the rows does not matter.

    Args:
        results: rows as `read_results` returns them.

    Returns:
        One row per experiment in the order of `in_order`, with the columns of `results` and five more: `seeds`, the
        number of seeds, `diverged_seeds`, how many of them diverged, `run_ids`, the names of the others (tuple of str),
        `accuracy_std`, the standard deviation of their test accuracies (NaN for one), and `run_accuracy`. Accuracies,
        losses, times and epochs are means; those that diverged have no accuracies and losses. With several seeds
        `accuracy_low` and `accuracy_high` are the lowest and highest test accuracy; with one seed they stay its 95%
        interval. `run_id` is the run of the best validation accuracy, and `run_accuracy` its test accuracy.
        `seed` is unknown (NA) with several seeds, and `finished_at` is the latest. The other columns are those of the
        lowest seed.
    """
    results = in_order(results)
    number = _experiments(results)
    last = ~results[["seed"]].assign(number=number).duplicated(keep="last")
    groups = results[last].groupby(number[last])
    diverged = (results["diverged"] != "")[last].groupby(number[last]).sum()
    table = groups.first().assign(seeds=groups.size(), diverged_seeds=diverged, accuracy_std=groups["accuracy"].std())
    table[MEANS] = means(groups[MEANS])
    for name in ("epochs", "epochs_total"):
        table[name] = groups[name].mean().round().astype("Int64")
    for name, end in (("accuracy_low", groups["accuracy"].min()), ("accuracy_high", groups["accuracy"].max())):
        table[name] = table[name].mask(table["seeds"] > 1, end)
    best = results.assign(number=number)[last].sort_values("val_accuracy", ascending=False, kind="stable")
    best = best.drop_duplicates("number").set_index("number")
    known = last & results["accuracy"].notna()
    run_ids = results["run_id"][known].groupby(number[known]).agg(tuple)
    table = table.assign(run_id=best["run_id"], run_accuracy=best["accuracy"],
                         seed=table["seed"].astype("Int64").mask(table["seeds"] > 1),
                         finished_at=_latest(results[last], number[last]),
                         run_ids=[run_ids.get(each, ()) for each in table.index])
    return table.reset_index(drop=True)


def _latest(results: pd.DataFrame, number: pd.Series) -> pd.Series:
    """The time at which the last run of each experiment finished, as it stands in the rows."""
    order = pd.DataFrame({"time": finished_times(results), "number": number.to_numpy()})
    last = order.sort_values("time", kind="stable", na_position="first").drop_duplicates("number", keep="last")
    return results["finished_at"].iloc[last.index].set_axis(last["number"])


def means(groups: DataFrameGroupBy | SeriesGroupBy) -> pd.DataFrame | pd.Series:
    """The mean of each group; of one value it is that value.

    The others are rounded to 12 digits. Sums differ in the last digits of a float with their order: means that are
    equal would be shown as 0.400 and 0.401, and one would come before the other.
    """
    mean = groups.mean()
    return mean.mask(groups.size() > 1, mean.round(MEAN_DIGITS), axis=0)


def best_of_each(results: pd.DataFrame) -> pd.DataFrame:
    """The row with the best validation accuracy of each experiment; runs that diverged are left out.

    Experiments are sorted by the mean validation accuracy of their seeds, the best first; of equals the earlier.
    """
    results = results[results["diverged"] == ""]
    number = _experiments(results)
    mean = number.map(means(results["val_accuracy"].groupby(number)))
    order = results.assign(number=number, mean=mean).sort_values(["mean", "val_accuracy"], ascending=False)
    return order.drop_duplicates("number").drop(columns=["number", "mean"])


def _experiments(results: pd.DataFrame) -> pd.Series:
    """A number for each run, the same for runs that differ only in their seed."""
    known = results[SAME_EXPERIMENT].fillna(dict.fromkeys(MISSING_IS_0, 0))
    settings = known.assign(epochs=results["epochs"].mask(known["patience"] > 0))
    named = results["config_hash"] != ""
    settings = settings.astype(object).mask(named).assign(
        config_hash=results["config_hash"], key=results["key"], dataset=results["dataset"])
    return settings.groupby(list(settings), sort=False, dropna=False).ngroup()


def results_of(runs: list[Run]) -> pd.DataFrame:
    """The results of some runs, one row per run, with the columns of `results.csv`."""
    return pd.DataFrame([run.result.model_dump() for run in runs])


def histories_of(runs: list[Run]) -> dict[str, list[pd.DataFrame]]:
    """The histories of finished runs by the key of their experiment, one per seed; without runs that diverged."""
    histories: dict[str, list[pd.DataFrame]] = {}
    for run in (run for run in runs if not run.diverged):
        histories.setdefault(run.result.key, []).append(run.history)
    return histories


def networks_of(runs: list[Run]) -> list[Run]:
    """The runs that have a network of their own: an ensemble stands for its members. Each is there once."""
    return list(dict.fromkeys(network for run in runs for network in (run.members or [run])))


def best_per_experiment(runs: list[Run]) -> list[Run]:
    """The best run of each experiment; the experiment with the best mean validation accuracy first.

    Raises:
        Diverged: all of them diverged.
    """
    if all(run.diverged for run in runs):
        raise Diverged("every experiment diverged, so none is the best: lower their learning_rate, and train again")
    return [runs[position] for position in best_of_each(results_of(runs)).index]


def best(runs: list[Run]) -> Run:
    """The best run of the experiment with the best mean validation accuracy over its seeds; of equals the first.

    Raises:
        Diverged: all of them diverged.
    """
    return best_per_experiment(runs)[0]
