"""Checks of trained runs, in a process that did not train them: weights, figures, saved models."""

from collections.abc import Iterator
from functools import partial

import keras
import numpy as np

from auxiliary.commands.smoke_figures import figure_problems
from auxiliary.commands.smoke_profile import SEED
from auxiliary.commands.smoke_weights import Weights, layer_weights, start_problems, training_problems
from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment
from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.evaluation.predictions import PROBABILITY, classes
from auxiliary.project.project import Project
from auxiliary.training.job import Job
from auxiliary.training.setup import TrainingSetup, build_setup, predict_split

# By what a network computes in. Batches of another size change the last digit of features; and where a tuned run has
# cut its network, what crosses the cut was rounded to that precision.
TOLERANCE = {"float32": 1e-4, "float16": 2e-3, "bfloat16": 1e-2}


def check_runs(project: Project) -> Iterator[tuple[Experiment, list[str]]]:
    """Check the run of every experiment of a profile, parents before their children.

    Yields:
        The experiment, and the problems of its run, one sentence each.
    """
    saved: dict[str, Weights] = {}
    for experiment in project.profile.experiments:
        job = Job(experiment, SEED, project)
        yield experiment, _check(job, saved) if job.run.finished else ["it was not trained"]


def _check(job: Job, saved: dict[str, Weights]) -> list[str]:
    """The problems of a run; `saved` holds the weights of earlier experiments' models, and this one's are added."""
    try:
        job.run.check()
    except UserError as error:
        return [str(error)]
    if job.run.diverged:
        return [f"its training diverged {job.run.diverged}: lower its learning_rate"]
    experiment, problems = job.experiment, figure_problems(job)
    if isinstance(experiment, Ensemble):
        return problems
    if experiment.parent and experiment.parent not in saved:
        return [*problems, f"its parent {experiment.parent!r} cannot be read back, so its weights were not checked"]
    try:
        # As a run starts: without a parent or pre-trained weights, these are the weights that it started from.
        runtime.start(SEED, experiment.deterministic)
        before = layer_weights(build_setup(job).model)
        model = keras.models.load_model(job.run.model)
    except Exception as error:  # Keras and h5py raise errors of any type for a damaged file
        return [*problems, f"its model cannot be built and read back: {type(error).__name__}: {error}"]
    saved[experiment.key] = layer_weights(model)
    if experiment.parent:
        problems += start_problems(experiment.parent, before, saved[experiment.parent])
        before = saved[experiment.parent]
    return problems + training_problems(experiment, before, saved[experiment.key]) + _prediction_problems(job, model)


def _prediction_problems(job: Job, model: keras.Model) -> list[str]:
    categories, experiment = job.project.categories, job.experiment
    if model.output_shape[1:] != (len(categories),):
        return [f"its saved model gives {model.output_shape[1:]} numbers for {len(categories):,} classes"]
    batches = partial(mk_tf_dataset, image_size=experiment.image_size, batch_size=experiment.batch_size)
    predicted = predict_split(job, TrainingSetup(model, model, batches), job.project.test)
    saved = job.run.predictions
    if classes(saved) != classes(predicted) or not saved["filepath"].equals(predicted["filepath"]):
        return ["its predictions are of other images or classes than the test set's"]
    columns = [PROBABILITY + name for name in categories]
    distance = np.abs(predicted[columns].to_numpy() - saved[columns].to_numpy()).max()
    # Written so that NaN is a problem too.
    if not distance <= TOLERANCE[keras.config.dtype_policy().compute_dtype]:
        return [f"read back, its model gives other predictions: probabilities are up to {distance:.2g} apart"]
    return []
