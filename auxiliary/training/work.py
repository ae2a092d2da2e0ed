"""The work of one training run, from building the network to its result."""

import time

import keras
import pandas as pd

from auxiliary import runtime
from auxiliary.config.profile import Row, ScratchRow
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import own_errors, steps_per_epoch
from auxiliary.data.sample import sampled
from auxiliary.evaluation.showcase import explain
from auxiliary.files import replacing
from auxiliary.lab import Lab
from auxiliary.networks.convolution import first_convolution
from auxiliary.networks.summary import count, layer_table, training_bytes
from auxiliary.reporting.run_figures import curves_figure
from auxiliary.reporting.style import save_figure
from auxiliary.room import check_disk, check_memory
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.fit import fit
from auxiliary.training.optimizer import make_optimizer
from auxiliary.training.predict import predict
from auxiliary.training.record import make_recipe, make_result
from auxiliary.training.resume import breaks, resume
from auxiliary.training.run_folder import Run
from auxiliary.training.task import Task, build_task


def work(row: Row, lab: Lab, seed: int, run: Run, parent: Run | None, label: str) -> None:
    """Train and evaluate a row and fill its folder, the result last.

    Args:
        row: what to train.
        lab: the open profile.
        seed: of weights, order, augmentation and dropout.
        run: whose folder to fill.
        parent: the finished run to go on from, if any.
        label: what the progress bar says.
    """
    machine = runtime.start(seed)
    task = build_task(row, lab, parent)
    _check_room(row, run, task, machine)
    recipe = make_recipe(row, seed, lab, machine)
    checkpoint = resume(run, recipe, label, row.epochs)
    run.begin(recipe | {
        "breaks": breaks(run, checkpoint),
        # The kept features are found by it without the backbone, see `auxiliary.training.feature_files`.
        "features": task.extractor.fingerprint if task.extractor else ""})
    run.save_layers(layer_table(task.model))

    frame = sampled(row, lab.train)
    began = time.perf_counter()
    with own_errors():
        history = _train(row, seed, run, parent, task, frame, lab.val, label, checkpoint)
    seconds = time.perf_counter() - began
    if checkpoint:
        seconds += checkpoint.history["seconds"].sum()

    # Without its optimiser, whose state would take twice the room of the weights.
    with replacing(run.model) as temporary:
        keras.Model(task.model.inputs, task.model.outputs, name=task.model.name).save(temporary)
    save_figure(curves_figure(run.history), run.folder, "curves")
    with own_errors():
        val, test = (predictions_of(row, seed, task, part, lab.categories) for part in (lab.val, lab.test))
    run.save_predictions("val", val)
    run.save_predictions("test", test)
    _keep_for_figures(row, run, task, lab.test, test)
    run.finish(make_result(row, seed, lab, run, task.model, frame, history, seconds, val, test))


def _check_room(row: Row, run: Run, task: Task, machine: runtime.Machine) -> None:
    """Say now that there is too little room for the run, rather than after hours."""
    if row.epochs and not machine.gpu:
        check_memory(training_bytes(task.trained, row.batch_size), f"training {row.key} takes")
    weights, trained = count(task.model.weights), count(task.trained.trainable_weights)
    # The model; and the weights with the two averages of Adam, twice while one checkpoint takes another's place.
    check_disk(run.folder, 4 * (weights + 2 * (count(task.trained.weights) + 2 * trained)), f"{row.key} takes")


def _train(row: Row, seed: int, run: Run, parent: Run | None, task: Task, frame: pd.DataFrame,
           val: pd.DataFrame, label: str, checkpoint: Checkpoint | None) -> pd.DataFrame:
    """Train and return the history of this run's own epochs."""
    steps = steps_per_epoch(len(frame), row.batch_size)
    task.trained.compile(make_optimizer(row, steps), "sparse_categorical_crossentropy", metrics=["accuracy"])
    # A row that trains nothing augments only what it is tested on, if that.
    augment = row.augment if row.epochs else ""
    train = task.batches(frame, shuffle=True, augment=augment, seed=seed, epochs=None,
                         first_epoch=checkpoint.epochs if checkpoint else 0)
    return fit(task.trained, train, task.batches(val, shuffle=False), epochs=row.epochs, steps=steps, seed=seed,
               patience=row.patience, run=run, earlier=parent.history if parent else None, label=label,
               checkpoint=checkpoint)


def predictions_of(row: Row, seed: int, task: Task, part: pd.DataFrame, categories: list[str]) -> pd.DataFrame:
    """What the trained model says of a part's pictures, or of augmented versions of them on average."""
    if not row.tta:
        return predict(task.trained, task.batches(part, shuffle=False), part, categories)
    # Each epoch augments every picture in another way. A frozen row's head is trained without its pictures.
    views = mk_tf_dataset(part, shuffle=False, augment=row.augment, image_size=row.image_size,
                          batch_size=row.batch_size, seed=seed, epochs=row.tta)
    return predict(task.model, views, part, categories)


def _keep_for_figures(row: Row, run: Run, task: Task, test: pd.DataFrame, predictions: pd.DataFrame) -> None:
    """Keep what figures show of the network's inside: to look again they would have to load TensorFlow."""
    run.save_arrays("grad-cam", **explain(task.model, predictions, test, row.image_size))
    if isinstance(row, ScratchRow):
        (pictures, _), = mk_tf_dataset(test.head(1), shuffle=False, image_size=row.image_size)
        run.save_arrays("convolution", **first_convolution(task.model, pictures[0]))
