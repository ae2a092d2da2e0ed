"""The work of one training run, from building the network to its result."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import keras
import pandas as pd
import tensorflow as tf

from auxiliary.config.profile import Experiment, ScratchExperiment
from auxiliary.core import runtime
from auxiliary.core.files import replacing
from auxiliary.core.resources import check_disk, check_memory
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import own_errors, steps_per_epoch
from auxiliary.data.sampling import sampled
from auxiliary.evaluation.convolution import first_convolution
from auxiliary.evaluation.grad_cam import explain
from auxiliary.evaluation.predict import predict
from auxiliary.networks.build import build_scratch, build_transfer
from auxiliary.networks.summary import count_parameters, layer_table, training_bytes
from auxiliary.project.project import Project
from auxiliary.reporting.style import save_figure
from auxiliary.reporting.training_curves import curves_figure
from auxiliary.runs.run import Run
from auxiliary.training.checkpoint import Checkpoint, breaks, resume
from auxiliary.training.features import FeatureExtractor, feature_batches
from auxiliary.training.fit import fit
from auxiliary.training.metadata import make_recipe, make_result
from auxiliary.training.optimizer import make_optimizer


@dataclass(frozen=True)
class TrainingSetup:
    """A row, built.

    Attributes:
        model: the whole model, from images to probabilities, which is saved.
        trained: the model that is trained: the whole, or the head that shares its layers.
        batches: makes batches for `trained` from a table of images; takes the keyword arguments `shuffle`,
            `augment`, `seed`, `first_epoch` and `epochs` of `mk_tf_dataset`.
        extractor: of a frozen row, what makes the features that are kept; else None.
    """

    model: keras.Model
    trained: keras.Model
    batches: Callable[..., tf.data.Dataset]
    extractor: FeatureExtractor | None = None


def build_setup(experiment: Experiment, project: Project, parent: Run | None) -> TrainingSetup:
    """Build what a row describes, with its parent's weights where it has one.

    A frozen backbone is not run again every epoch: its head is trained on features computed once.
    """
    classes = len(project.categories)
    images = partial(mk_tf_dataset, image_size=experiment.image_size, batch_size=experiment.batch_size, cache=True)
    if isinstance(experiment, ScratchExperiment):
        model = build_scratch(experiment, classes)
        setup = TrainingSetup(model, model, images)
    else:
        # A parent's weights replace the pre-trained ones, so those need not be fetched.
        transfer = build_transfer(experiment, classes, None if parent or experiment.weights == "random" else "imagenet")
        extractor = FeatureExtractor(transfer.features)
        features = partial(feature_batches, extractor, experiment, project.paths.features)
        setup = (TrainingSetup(transfer.model, transfer.model, images) if experiment.tune_last
                else TrainingSetup(transfer.model, transfer.head, features, extractor))
    if parent:
        setup.model.load_weights(parent.model)
    return setup


def work(experiment: Experiment, project: Project, seed: int, run: Run, parent: Run | None, label: str) -> None:
    """Train and evaluate a row and fill its folder, the result last.

    Args:
        row: what to train.
        project: the open profile.
        seed: of weights, order, augmentation and dropout.
        run: whose folder to fill.
        parent: the finished run to go on from, if any.
        label: what the progress bar says.
    """
    machine = runtime.start(seed)
    setup = build_setup(experiment, project, parent)
    _check_room(experiment, run, setup, machine)
    recipe = make_recipe(experiment, seed, project, machine)
    checkpoint = resume(run, recipe, label, experiment.epochs)
    run.begin(recipe | {
        "breaks": breaks(run, checkpoint),
        # The kept features are found by it without the backbone, see `auxiliary.training.feature_files`.
        "features": setup.extractor.fingerprint if setup.extractor else ""})
    run.save_layers(layer_table(setup.model))

    frame = sampled(experiment, project.train)
    began = time.perf_counter()
    with own_errors():
        history = _train(experiment, seed, run, parent, setup, frame, project.val, label, checkpoint)
    seconds = time.perf_counter() - began
    if checkpoint:
        seconds += checkpoint.history["seconds"].sum()

    # Without its optimiser, whose state would take twice the room of the weights.
    with replacing(run.model) as temporary:
        keras.Model(setup.model.inputs, setup.model.outputs, name=setup.model.name).save(temporary)
    save_figure(curves_figure(run.history), run.folder, "curves")
    with own_errors():
        val, test = (
            predictions_of(experiment, seed, setup, part, project.categories) for part in (project.val, project.test)
        )
    run.save_predictions("val", val)
    run.save_predictions("test", test)
    _keep_for_figures(experiment, run, setup, project.test, test)
    run.finish(make_result(experiment, seed, project, run, setup.model, frame, history, seconds, val, test))


def _check_room(experiment: Experiment, run: Run, setup: TrainingSetup, machine: runtime.Machine) -> None:
    """Say now that there is too little room for the run, rather than after hours."""
    if experiment.epochs and not machine.gpu:
        check_memory(training_bytes(setup.trained, experiment.batch_size), f"training {experiment.key} takes")
    weights, trained = count_parameters(setup.model.weights), count_parameters(setup.trained.trainable_weights)
    saved = count_parameters(setup.trained.weights)
    # The model; and the weights with the two averages of Adam, twice while one checkpoint takes another's place.
    check_disk(run.folder, 4 * (weights + 2 * (saved + 2 * trained)), f"{experiment.key} takes")


def _train(experiment: Experiment, seed: int, run: Run, parent: Run | None, setup: TrainingSetup, frame: pd.DataFrame,
           val: pd.DataFrame, label: str, checkpoint: Checkpoint | None) -> pd.DataFrame:
    """Train and return the history of this run's own epochs."""
    steps = steps_per_epoch(len(frame), experiment.batch_size)
    setup.trained.compile(make_optimizer(experiment, steps), "sparse_categorical_crossentropy", metrics=["accuracy"])
    # A row that trains nothing augments only what it is tested on, if that.
    augment = experiment.augment if experiment.epochs else ""
    train = setup.batches(frame, shuffle=True, augment=augment, seed=seed, epochs=None,
                         first_epoch=checkpoint.epochs if checkpoint else 0)
    return fit(
        setup.trained,
        train,
        setup.batches(val, shuffle=False),
        epochs=experiment.epochs,
        steps=steps,
        seed=seed,
        patience=experiment.patience,
        run=run,
        earlier=parent.history if parent else None,
        label=label,
        checkpoint=checkpoint,
    )


def predictions_of(
    experiment: Experiment, seed: int, setup: TrainingSetup, part: pd.DataFrame, categories: list[str]
) -> pd.DataFrame:
    """What the trained model says of a part's images, or of augmented versions of them on average."""
    if not experiment.tta:
        return predict(setup.trained, setup.batches(part, shuffle=False), part, categories)
    # Each epoch augments every image in another way. A frozen row's head is trained without its images.
    views = mk_tf_dataset(part, shuffle=False, augment=experiment.augment, image_size=experiment.image_size,
                          batch_size=experiment.batch_size, seed=seed, epochs=experiment.tta)
    return predict(setup.model, views, part, categories)


def _keep_for_figures(
    experiment: Experiment, run: Run, setup: TrainingSetup, test: pd.DataFrame, predictions: pd.DataFrame
) -> None:
    """Keep what figures show of the network's inside: to look again they would have to load TensorFlow."""
    run.save_arrays("grad-cam", **explain(setup.model, predictions, test, experiment.image_size))
    if isinstance(experiment, ScratchExperiment):
        (images, _), = mk_tf_dataset(test.head(1), shuffle=False, image_size=experiment.image_size)
        run.save_arrays("convolution", **first_convolution(setup.model, images[0]))
