"""Checks rows that were trained, in a process that did not train them."""

from collections.abc import Iterator
from functools import partial

import keras
import numpy as np

from auxiliary import runtime
from auxiliary.config.profile import Row
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.evaluation.metrics import PROBABILITY, classes
from auxiliary.lab import Lab
from auxiliary.quick.figures import figure_problems
from auxiliary.quick.profile import SEED
from auxiliary.quick.weights import Weights, layer_weights, start_problems, training_problems
from auxiliary.training.run_folder import Run
from auxiliary.training.task import Task, build_task
from auxiliary.training.train import find_run
from auxiliary.training.work import predictions_of

# Features computed in batches of another size differ in the seventh digit.
TOLERANCE = 1e-4


def check_rows(lab: Lab) -> Iterator[tuple[Row, list[str]]]:
    """Check every row of a profile, parents before their children.

    Yields:
        The row, and what is wrong with its run, a sentence each.
    """
    saved: dict[str, Weights] = {}
    for row in lab.profile.rows:
        run = find_run(row, lab, SEED)
        yield row, _check(row, lab, run, saved) if run.finished else ["it was not trained"]


def _check(row: Row, lab: Lab, run: Run, saved: dict[str, Weights]) -> list[str]:
    """What is wrong with a run; `saved` has the weights of earlier rows' models and gets this one's."""
    parent = find_run(lab.all_rows[row.parent], lab, SEED) if row.parent else None
    problems = figure_problems(row, run, parent)
    if row.parent and row.parent not in saved:
        return [*problems, f"its parent {row.parent!r} cannot be read back, so more cannot be said of it"]
    try:
        # As a run starts; without a parent or pre-trained weights these are the very weights it started from.
        runtime.start(SEED)
        before = layer_weights(build_task(row, lab, parent).model)
        model = keras.models.load_model(run.model)
    except Exception as error:  # Keras and h5py raise anything for a file that is not as it should be
        return [*problems, f"its model cannot be built and read back: {type(error).__name__}: {error}"]
    saved[row.key] = layer_weights(model)
    if row.parent:
        problems += start_problems(row.parent, before, saved[row.parent])
    problems += training_problems(row, saved[row.parent] if row.parent else before, saved[row.key])
    return problems + _prediction_problems(row, lab, run, model)


def _prediction_problems(row: Row, lab: Lab, run: Run, model: keras.Model) -> list[str]:
    if model.output_shape[1:] != (len(lab.categories),):
        return [f"its saved model gives {model.output_shape[1:]} numbers for {len(lab.categories)} classes"]
    batches = partial(mk_tf_dataset, image_size=row.image_size, batch_size=row.batch_size)
    said = predictions_of(row, SEED, Task(model, model, batches), lab.test, lab.categories)
    kept = run.predictions
    if classes(kept) != classes(said) or not kept["filepath"].equals(said["filepath"]):
        return ["its predictions are of other pictures or classes than the test set's"]
    columns = [PROBABILITY + name for name in lab.categories]
    apart = np.abs(said[columns].to_numpy() - kept[columns].to_numpy()).max()
    # Nothing is smaller than NaN.
    if not apart <= TOLERANCE:
        return [f"read back, its model gives other predictions: probabilities are up to {apart:.2g} apart"]
    return []
