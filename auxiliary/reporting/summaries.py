"""What a notebook found out, in a few sentences computed from its tables and runs."""

import math

import pandas as pd

from auxiliary.core.text import counted, first_few, percent, short, span
from auxiliary.evaluation.calibration import at_temperature, expected_calibration_error, fit_temperature
from auxiliary.evaluation.metrics import confusion, hardest_class, per_class
from auxiliary.runs.labels import labelled, run_ids, several, tie, with_interval
from auxiliary.runs.own_epochs import own_epochs, saved_epoch
from auxiliary.runs.result import Result
from auxiliary.runs.run import Run

NAMED = 3    # classes, and reasons, that a sentence names


def left_out_summary(overview: pd.DataFrame) -> str:
    """How many files were left out, why, and in which classes; classes without any usable file come first. One line.

    Args:
        overview: one row per file, with `category` and `error`.
    """
    left_out = overview[overview["error"] != ""]
    if left_out.empty:
        return f"All {counted(len(overview), 'file')} are used."
    reasons = [f"{reason} ({count:,})" for reason, count in left_out["error"].value_counts().items()]
    sentences = [f"{len(left_out):,} of {counted(len(overview), 'file')} were left out: {first_few(reasons, NAMED)}."]
    files = overview["category"].value_counts()
    # Files outside every class have no category.
    by_class = left_out.loc[left_out["category"] != "", "category"].value_counts()
    if lost := [short(name) for name, count in by_class.items() if count == files[name]]:
        sentences.insert(0, f"No file of {'class' if len(lost) == 1 else 'the classes'} {first_few(lost, NAMED)} "
                            "is used.")
    if len(by_class):
        counts = [f"{short(name)} {count:,} of {files[name]:,}" for name, count in by_class.items()]
        sentences.append(f"By class: {first_few(counts, NAMED)}.")
    return " ".join(sentences)


def data_summary(overview: pd.DataFrame, train: pd.DataFrame, val: pd.DataFrame, test: pd.DataFrame) -> str:
    """Which files were left out, how the classes differ, and how large the splits are; each on a line.

    Args:
        overview: one row per file, with `category` and `error`.
        train: the training images, with `category`.
        val: the validation images.
        test: the test images.
    """
    classes = pd.concat([train, val, test])["category"].value_counts()
    return "\n".join([
        left_out_summary(overview),
        f"The {len(classes):,} classes have {span(classes.min(), classes.max())} images each.",
        f"{counted(len(train), 'image')} are for training, {len(val):,} for validation and {len(test):,} for the test.",
    ])


def best_sentence(results: pd.DataFrame, run: Run, chance: float) -> str:
    """Which of some experiments is the best, which others have the same validation accuracy, and how good guessing is.

    Args:
        results: rows as `over_seeds` returns them, one per experiment.
        run: the best run.
        chance: the accuracy of guessing, 0 to 1.
    """
    which = f"Of {len(results):,} experiments the best" if len(results) > 1 else "The only experiment"
    place = next(number for number, (_, row) in enumerate(results.iterrows()) if run.result.run_id in run_ids(row))
    alike = tie(results["val_accuracy"], labelled(results), place)
    return f"{which} is {run.result.key}{f', {alike}' if alike else ''}; chance is {chance:.3f}."


def run_summary(run: Run, results: pd.DataFrame) -> str:
    """How accurate a finished run is, how far it overfits, what it confuses and how sure it is; one sentence per line.

    Where it is one of several seeds, their mean comes first.

    Args:
        run: a finished run.
        results: rows as `over_seeds` returns them, which may join the run with other seeds of its experiment.
    """
    result, predictions = run.result, run.predictions
    temperature = fit_temperature(run.val_predictions)
    before, after = (expected_calibration_error(frame) for frame in (
        predictions, at_temperature(predictions, temperature)))
    return "\n".join([
        *_reached(result, results),
        *_overfitting(run),
        _hardest(predictions),
        f"Its calibration error is {before:.3f}, and {after:.3f} with a temperature of {temperature:.2f}.",
    ])


def _reached(result: Result, results: pd.DataFrame) -> list[str]:
    own = pd.Series(result.model_dump())
    row = next((row for _, row in results.iterrows() if result.run_id in run_ids(row)), own)
    name = result.key if several(row) or not result.seed else f"{result.key} (seed {result.seed})"
    reached = f"{name} reaches a test accuracy of {with_interval(row)} with {result.parameters:,} parameters."
    if not several(row):
        return [reached]
    return [reached, f"Its best run on validation images, seed {result.seed}, reaches {with_interval(own)}."]


def _overfitting(run: Run) -> list[str]:
    """The training accuracy of the weights that were saved, if any image was trained on, against the test accuracy."""
    result, own, saved = run.result, own_epochs(run.history), saved_epoch(run.history, run.result.patience)
    share = own["accuracy"][saved - 1] if saved else result.acc_train
    if math.isnan(share):
        return []
    when = (f"In epoch {saved:,} of {len(own):,}, whose weights were saved, it was" if saved < len(own)
            else "In its last epoch it was" if saved else "It is")
    points = 100 * (share - result.accuracy)
    return [f"{when} right for {percent(share)} of the training images, {abs(points):.1f} percentage points "
            f"{'more' if points >= 0 else 'less'} than for the test images."]


def _hardest(predictions: pd.DataFrame) -> str:
    name, table = hardest_class(predictions), confusion(predictions)
    if (mistakes := table.loc[name].drop(name)).sum() == 0:
        return "It makes no mistake on the test images."
    wrong = {each: table.loc[each].drop(each).sum() for each in table.index}
    alike = [each for each, count in wrong.items() if each != name and count == wrong[name]]
    equals = f" (as many on {first_few(alike, NAMED)})" if alike else ""
    of_all = counted(sum(wrong.values()), "mistake")
    return (f"It errs most often on {name}, {wrong[name]:,} of its {of_all}{equals}: it finds "
            f"{percent(per_class(predictions).loc[name, 'recall'])} of these images, and takes {mistakes.max():,} of "
            f"them for {mistakes.idxmax()}.")
