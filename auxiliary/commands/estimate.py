"""Estimates of training time on this machine's processor, within a factor of two, or on its GPU."""

import math
from typing import NamedTuple

from auxiliary.commands.amount import Amount
from auxiliary.commands.speed import Speed
from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.errors import UserError
from auxiliary.core.threads import busy_cores
from auxiliary.data.augmentation.registry import mixes
from auxiliary.data.splitting.split_files import is_divided
from auxiliary.data.views import views_of
from auxiliary.networks.backbones import find_backbone, tuned_layers
from auxiliary.networks.costs import costs_per_layer
from auxiliary.project.project import Project
from auxiliary.project.specs import parsed_specs
from auxiliary.runs.own_epochs import own_epochs
from auxiliary.runs.replacement import current
from auxiliary.runs.run import Run
from auxiliary.training.job import Job

# Seconds that one core takes, measured: to take an image, or its features, into a batch; and to augment a pixel.
IMAGE, PIXEL = 2e-4, 2e-8
# Seconds to build, compile, save and evaluate a model, and to save the state after an epoch.
FIXED, EPOCH = 8.0, 0.1
# And to average the predictions of an ensemble.
AVERAGE = 1.0
# A backward pass costs about as much as two forward passes; through the last layers of a backbone, less.
FORWARD_AND_BACK, FORWARD_AND_SOME = 3, 1.5


class PerImage(NamedTuple):
    """Seconds per image.

    Attributes:
        once: to compute what frozen layers make of it, which epochs use again; 0 where they compute everything.
        training: in an epoch of training.
        evaluation: to predict its class.
    """

    once: float
    training: float
    evaluation: float


def estimate_seconds(experiment: Experiment, images: Amount, speed: Speed, extracted: bool = False) -> float:
    """Seconds that one training run takes.

    Args:
        experiment: what to train.
        images: how many images.
        speed: that of the device that trains.
        extracted: whether another experiment has computed what the frozen layers make of the images.
    """
    if isinstance(experiment, Ensemble):
        return AVERAGE
    cost = (_scratch if isinstance(experiment, ScratchExperiment) else _transfer)(experiment, speed)
    epoch = EPOCH + images.training * cost.training + images.validation * cost.evaluation
    others = images.validation + images.test
    evaluation = len(views_of(experiment.tta)) * (cost.once + cost.evaluation) if experiment.tta else cost.evaluation
    views = experiment.used_views if cost.once and experiment.augment and experiment.epochs else 1
    once = 0 if extracted else cost.once * (images.training * views + others)
    return FIXED + once + experiment.epochs * epoch + others * evaluation


def _scratch(experiment: ScratchExperiment, speed: Speed) -> PerImage:
    sides, size, image = experiment.sizes or (experiment.image_size,), experiment.batch_size, IMAGE / busy_cores()
    layers = costs_per_layer(experiment.net, (sides[0], sides[0], 3), classes=10).values()
    update = speed.update * sum(layer.parameters for layer in layers) / size
    training = [_step(speed, image + PIXEL * side**2 / busy_cores(),
                      FORWARD_AND_BACK * _forward(experiment.net, side, size, speed) + update, size) for side in sides]
    evaluation = _step(speed, image, _forward(experiment.net, experiment.image_size, size, speed), size)
    return PerImage(0, sum(training) / len(training), evaluation)


def _step(speed: Speed, batch: float, computing: float, size: int) -> float:
    """Seconds of a step of `size` images, per image: to take it into the batch, and to compute with it."""
    computing += speed.step / size
    return max(batch, computing) if speed.apart else batch + computing


def _forward(net: str, side: int, size: int, speed: Speed) -> float:
    """Seconds that a network takes for an image of a side in pixels, in a batch of `size` images."""
    layers = costs_per_layer(net, (side, side, 3), classes=10).values()
    products = 2 * sum(layer.multiply_adds for layer in layers) / speed.scratch
    numbers = speed.number * sum(math.prod(layer.shape) for layer in layers)
    return products + numbers + speed.layer * len(layers) / size


def _transfer(experiment: TransferExperiment, speed: Speed) -> PerImage:
    backbone, size, image = find_backbone(experiment.backbone), experiment.batch_size, IMAGE / busy_cores()
    work = 2 * backbone.multiply_adds * (experiment.image_size / 224) ** 2
    forward = work / speed.backbone + speed.layer * backbone.layers / size
    # Of the head only what each layer costs, however small it is.
    head = speed.layer * len(experiment.layers.split("|")) / size

    def passes(factor: float, share: float = 1) -> float:
        return _step(speed, image, factor * (share * forward + head), size)

    if not experiment.tune_last:
        return PerImage(_step(speed, image, forward, size), passes(FORWARD_AND_BACK, 0), passes(1, 0))
    share = tuned_layers(experiment.backbone, experiment.tune_last) / backbone.layers
    if share == 1:
        return PerImage(0, passes(FORWARD_AND_BACK), passes(1))
    if not experiment.epochs or mixes(parsed_specs(experiment)["augment"]):
        return PerImage(0, passes(FORWARD_AND_SOME), passes(1))
    # The share of the layers is that of the work within a factor of two for all backbones, as far as that matters:
    # with the last 20 to 30 tuned, 3% to 31% of it are left by count, in place of 6% to 21%.
    return PerImage(_step(speed, image, forward, size), passes(FORWARD_AND_BACK, share), passes(1, share))


def seconds_left(experiment: Experiment, project: Project, images: Amount, speed: Speed, extracted: bool = False,
                 changed: bool = False) -> list[float]:
    """Estimated seconds of each run of an experiment that is left to train, one per seed; empty where none is.

    Args:
        experiment: an experiment of the project.
        project: the open profile.
        images: how many images.
        speed: that of the device that trains.
        extracted: as in `estimate_seconds`.
        changed: whether notebook 01 will prepare other images than those of the tables.
    """
    # Without this split, or on images that are yet to be prepared, no run can have been trained.
    if changed or not is_divided(project.profile.split, project.paths):
        left = [experiment.epochs for _ in experiment.seeds]
    else:
        runs = [current(Job(experiment, seed, project).run) for seed in experiment.seeds]
        left = [max(0, experiment.epochs - _epochs_done(run)) for run in runs if not run.finished]
    # The features that one seed computes are used by the next, but for those of augmented images.
    return [estimate_seconds(experiment.model_copy(update={"epochs": epochs}), images, speed,
                             extracted or (number > 0 and not experiment.augment))
            for number, epochs in enumerate(left)]


def _epochs_done(run: Run) -> int:
    """Finished epochs of an unfinished run; 0 without a checkpoint or a readable history."""
    try:
        return len(own_epochs(run.history)) if run.checkpoint.is_file() else 0
    except (UserError, KeyError):
        return 0
