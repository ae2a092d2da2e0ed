"""One training run, from building the network to saving its result."""

import keras
import pandas as pd

from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.core import runtime
from auxiliary.core.files import replacing
from auxiliary.core.progress import notify
from auxiliary.core.resources import check_disk, check_memory
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import own_errors
from auxiliary.evaluation.convolution import first_convolution
from auxiliary.evaluation.grad_cam import explain
from auxiliary.networks.batch_norm import norm_of_vectors
from auxiliary.networks.memory import experiment_bytes
from auxiliary.networks.summary import count_parameters, layer_table, training_bytes
from auxiliary.reporting.style import save_figure
from auxiliary.reporting.training_figure import training_figure
from auxiliary.training.checkpoint import Checkpoint, breaks, resume
from auxiliary.training.divergence import divergence_in, divergence_of
from auxiliary.training.ensemble import evaluate_ensemble
from auxiliary.training.fit import Fitted, fit
from auxiliary.training.job import Job
from auxiliary.training.logistic import fit_logistic
from auxiliary.training.metadata import make_diverged, make_recipe, make_result
from auxiliary.training.range_test import range_test
from auxiliary.training.setup import TrainingSetup, build_setup, predict_splits


def train_run(job: Job) -> None:
    """Train and evaluate an experiment and fill its run folder, the result last.

    An interrupted run goes on after its last whole epoch. A parent must be finished, and so must
    the members of an ensemble. A run that diverges is finished
    without a network, and its test images are not evaluated.

    Raises:
        UserError: when memory or disk space will not do, an image cannot be read, or pre-trained weights cannot be
            downloaded.
    """
    machine = runtime.start(job.seed, job.experiment.deterministic)
    if isinstance(job.experiment, Ensemble):
        evaluate_ensemble(job, machine)
        return
    _check_memory(job, machine)
    _notify_last_batch(job)
    setup = build_setup(job)
    _check_resources(job, setup, machine)
    # The features name the files that they are cached in, see `auxiliary.training.feature_files`.
    recipe = make_recipe(job, machine) | {"features": setup.extractor.fingerprint if setup.extractor else ""}
    checkpoint = resume(job, recipe)
    run = job.run
    run.begin(recipe | {"breaks": breaks(checkpoint)})
    run.save_layers(layer_table(setup.model))
    with own_errors():
        if not checkpoint:
            setup.begin(job)
            if job.experiment.learning_rate == "auto" and not job.experiment.refit:
                run.save_range_test(range_test(job, setup))
        fitted = _fit(job, setup, checkpoint)
        setup.complete()
        diverged = divergence_of(fitted.history, validated=not job.experiment.refit)
        predictions = {} if diverged else _predict(job, setup)
    save_figure(training_figure(run), run.folder, "curves")
    if diverged := diverged or divergence_in(predictions.values()):
        run.finish(make_diverged(job, setup, fitted, diverged))
        return
    _save_model(job, setup)
    for split, table in predictions.items():
        run.save_predictions(split, table)
    with own_errors():
        _save_explanations(job, setup, predictions["test"])
    run.finish(make_result(job, setup, fitted, predictions))


def _fit(job: Job, setup: TrainingSetup, checkpoint: Checkpoint | None) -> Fitted:
    """Give the models their final weights: by an optimiser, or by logistic regression."""
    return fit(job, setup, checkpoint) if job.experiment.has_optimizer else fit_logistic(job, setup)


def _notify_last_batch(job: Job) -> None:
    """Print which batch norm learns nothing from the last batch of each epoch, where that is a single image."""
    experiment, images = job.experiment, len(job.train)
    if experiment.epochs and images % experiment.batch_size == 1 and (name := norm_of_vectors(experiment)):
        notify(f"{experiment.key}: the last batch of each epoch is one image ({images:,} in batches of "
               f"{experiment.batch_size}), from which {name} learns nothing: another batch_size avoids that")


def _check_memory(job: Job, machine: runtime.Machine) -> None:
    """Report too little memory before the network is built, which may already take more than there is."""
    experiment = job.experiment
    if not machine.gpu:
        needed = experiment_bytes(experiment, len(job.project.categories), len(job.train), machine.precision)
        check_memory(needed, f"{'training' if experiment.epochs else 'evaluating'} {experiment.key} takes")


def _check_resources(job: Job, setup: TrainingSetup, machine: runtime.Machine) -> None:
    """Report too little memory or disk space now, rather than after hours."""
    key = job.experiment.key
    # Now with the outputs of a tuned backbone's layers.
    if job.experiment.epochs and not machine.gpu:
        # A model for any size has no shapes; training goes up to those of the whole model.
        shaped = setup.model if setup.has_copy else setup.trained
        check_memory(training_bytes(shaped, job.experiment.batch_size), f"training {key} takes")
    model, saved, trained = map(count_parameters, (
        setup.model.weights, setup.trained.weights, setup.trained.trainable_weights))
    # The model; and the weights with the two averages of Adam, twice while one checkpoint replaces another.
    check_disk(job.run.folder, 4 * (model + 2 * (saved + 2 * trained)), f"{key} takes")


def _predict(job: Job, setup: TrainingSetup) -> dict[str, pd.DataFrame]:
    """The predictions for the images of `val` and `test`.

    A refit was trained on the images of `val`, so its predictions for them are its parent's: they calibrate it.
    """
    if job.experiment.refit:
        test, = predict_splits(job, setup, [job.project.test])
        return {"val": job.parent.run.val_predictions, "test": test}
    val, test = predict_splits(job, setup, [job.project.val, job.project.test])
    return {"val": val, "test": test}


def _save_model(job: Job, setup: TrainingSetup) -> None:
    # Without its optimiser, whose state would take twice the space of the weights.
    with replacing(job.run.model_file) as temporary:
        keras.Model(setup.model.inputs, setup.model.outputs, name=setup.model.name).save(temporary)


def _save_explanations(job: Job, setup: TrainingSetup, predictions: pd.DataFrame) -> None:
    """Save what figures show of the network's inside, so that drawing them needs no TensorFlow."""
    size, test = job.experiment.image_size, job.project.test
    job.run.save_arrays("grad-cam", **explain(setup.model, predictions, test, size))
    if isinstance(job.experiment, ScratchExperiment):
        (images, _), = mk_tf_dataset(test.head(1), shuffle=False, image_size=size)
        job.run.save_arrays("convolution", **first_convolution(setup.model, images[0]))
