"""Estimates of training time on this machine's processor, within a factor of two."""

import math
from typing import NamedTuple

from auxiliary.commands.amount import Amount
from auxiliary.commands.speed import network_speed
from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.data.augmentation.registry import mixes
from auxiliary.data.splitting.split_files import is_divided
from auxiliary.data.views import views_of
from auxiliary.networks.backbones import find_backbone, tuned_layers
from auxiliary.networks.costs import costs_per_layer
from auxiliary.project.project import Project
from auxiliary.project.specs import parsed_specs
from auxiliary.runs.replacement import current
from auxiliary.runs.run import Run
from auxiliary.training.job import Job

# Seconds that one core takes, measured: to take an image, or its features, into a batch; to augment a pixel; to write a
# number between two layers and read it back; and to update a parameter.
IMAGE, PIXEL, NUMBER, UPDATE = 2e-4, 2e-8, 1.4e-9, 2.6e-8
# How fast networks compute, relative to the products of small matrices.
SCRATCH_SHARE, BACKBONE_SHARE = 0.6, 0.22
# Seconds to build, compile, save and evaluate a model, and to save the state after an epoch.
FIXED, EPOCH = 8.0, 0.1
# And to average the predictions of an ensemble.
AVERAGE = 1.0
# How many averages of weights `wise_ft` evaluates on the validation images, and seconds to compile each.
TRIED, COMPILE = 11, 0.7
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


def estimate_seconds(experiment: Experiment, images: Amount, extracted: bool = False) -> float:
    """Seconds that one training run takes, within a factor of two.

    Args:
        experiment: what to train.
        images: how many images.
        extracted: whether another experiment has computed what the frozen layers make of the images.
    """
    if isinstance(experiment, Ensemble):
        return AVERAGE
    cost = _scratch(experiment) if isinstance(experiment, ScratchExperiment) else _transfer(experiment)
    epoch = EPOCH + images.training * cost.training + images.validation * cost.evaluation
    others = images.validation + images.test
    evaluation = len(views_of(experiment.tta)) * (cost.once + cost.evaluation) if experiment.tta else cost.evaluation
    if experiment.wise_ft:
        # Its parent has computed what the frozen layers make of these images.
        return FIXED + TRIED * COMPILE + (TRIED * images.validation + others) * evaluation
    views = experiment.used_views if cost.once and experiment.augment and experiment.epochs else 1
    once = 0 if extracted else cost.once * (images.training * views + others)
    return FIXED + once + experiment.epochs * epoch + others * evaluation


def _scratch(experiment: ScratchExperiment) -> PerImage:
    cores, sides = runtime.usable_cores(), experiment.sizes or (experiment.image_size,)
    layers = costs_per_layer(experiment.net, (sides[0], sides[0], 3), classes=10).values()
    update = UPDATE * sum(layer.parameters for layer in layers) / experiment.batch_size
    training = [FORWARD_AND_BACK * _forward(experiment.net, side) + (IMAGE + PIXEL * side**2 + update) / cores
                for side in sides]
    return PerImage(0, sum(training) / len(training), _forward(experiment.net, experiment.image_size) + IMAGE / cores)


def _forward(net: str, side: int) -> float:
    """Seconds that a network takes for an image of a side in pixels."""
    layers = costs_per_layer(net, (side, side, 3), classes=10).values()
    products = 2 * sum(layer.multiply_adds for layer in layers) / (SCRATCH_SHARE * network_speed(depthwise=False))
    return products + sum(math.prod(layer.shape) for layer in layers) * NUMBER / runtime.usable_cores()


def _transfer(experiment: TransferExperiment) -> PerImage:
    work = 2 * find_backbone(experiment.backbone).multiply_adds * (experiment.image_size / 224) ** 2
    forward = work / (BACKBONE_SHARE * network_speed(depthwise=True))
    image = IMAGE / runtime.usable_cores()
    if not experiment.tune_last:
        return PerImage(forward, image, image)
    share = tuned_layers(experiment.backbone, experiment.tune_last) / find_backbone(experiment.backbone).layers
    if share == 1:
        return PerImage(0, image + forward * FORWARD_AND_BACK, forward)
    if not (experiment.epochs or experiment.wise_ft) or mixes(parsed_specs(experiment)["augment"]):
        return PerImage(0, image + forward * FORWARD_AND_SOME, forward)
    # The share of the layers is that of the work within a factor of two for all backbones, as far as that matters:
    # with the last 20 to 30 tuned, 3% to 31% of it are left by count, in place of 6% to 21%.
    return PerImage(forward, image + share * forward * FORWARD_AND_BACK, image + share * forward)


def seconds_left(experiment: Experiment, project: Project, images: Amount, extracted: bool = False,
                 changed: bool = False) -> list[float]:
    """Estimated seconds of each run of an experiment that is left to train, one per seed; empty where none is.

    Args:
        experiment: an experiment of the project.
        project: the open profile.
        images: how many images.
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
    return [estimate_seconds(experiment.model_copy(update={"epochs": epochs}), images,
                             extracted or (number > 0 and not experiment.augment))
            for number, epochs in enumerate(left)]


def _epochs_done(run: Run) -> int:
    """Finished epochs of an unfinished run; 0 without a checkpoint or a readable history."""
    try:
        return int((run.history["phase"] == "own").sum()) if run.checkpoint.is_file() else 0
    except (UserError, KeyError):
        return 0
