"""A profile cut down for a smoke test: one epoch, one seed, a few images, weights that can be had."""

import socket
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from auxiliary.config.experiment import Experiment
from auxiliary.config.parents import INHERITED, OF_ITS_OWN
from auxiliary.config.profile import Profile
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.data.providers.base import TIMEOUT
from auxiliary.networks.backbones import find_backbone
from auxiliary.project.project import Project

SEED = 0


def shorten(project: Project, dataset: str) -> Profile:
    """The project's profile with the selected experiments and their parents, one epoch and one seed each.

    Experiments without epochs stay so.

    Args:
        project: the opened profile.
        dataset: the new value of `dataset`.
    """
    short = {
        stage: tuple(_shortened(experiment) for experiment in project.with_parents if experiment.stage == stage)
        for stage in INHERITED
    }
    # A few images of a burst may all be near-duplicates: one group, which cannot be split.
    split = project.profile.split.model_copy(update={"by": "seed"})
    return project.profile.model_copy(update={
        "dataset": dataset, "source": None, "label_fixes": None, "seeds": (SEED,), "split": split} | short)


def start_at_random(profile: Profile, backbones: Collection[str]) -> Profile:
    """The profile with random weights in these backbones, whose ImageNet weights cannot be downloaded."""
    experiments = tuple(
        experiment.model_copy(update={"weights": "random"})
        if isinstance(experiment, TransferExperiment) and {*experiment.backbones} & {*backbones} else experiment
        for experiment in profile.transfer
    )
    return profile.model_copy(update={"transfer": experiments})


def write_profile(profile: Profile, path: Path) -> None:
    """Write a profile as a YAML file that `load_profile` reads back."""
    raw = profile.model_dump(mode="json", exclude_none=True)
    raw |= {stage: [_written(experiment) for experiment in getattr(profile, stage)] for stage in INHERITED}
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(raw, file)


def missing_weights(profile: Profile) -> dict[str, str]:
    """The backbones whose ImageNet weights a profile needs but cannot be had, each with the reason.

    Missing weights are downloaded; a server that does not answer is waited for 15 seconds.
    """
    needed = dict.fromkeys(name for experiment in _with_imagenet(profile) for name in experiment.backbones)
    return {name: reason for name in needed if (reason := _try_weights(name))}


def _with_imagenet(profile: Profile) -> list[TransferExperiment]:
    # A child's backbone is its parent's.
    return [experiment for experiment in profile.transfer if isinstance(experiment, TransferExperiment)
            and experiment.weights == "imagenet" and not experiment.parent]


def _try_weights(name: str) -> str:
    """The reason why a backbone's ImageNet weights cannot be had; empty where they can."""
    # Otherwise this process would take a GPU's whole memory, which the notebooks need.
    runtime.start(SEED)
    from auxiliary.networks.pretrained import load_backbone

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        load_backbone(name, find_backbone(name).image_size)
    except UserError as error:
        return str(error)
    finally:
        socket.setdefaulttimeout(before)
    return ""


def _shortened(experiment: Experiment) -> Experiment:
    return experiment.model_copy(update={"epochs": min(1, experiment.epochs), "seeds": (SEED,),
                                  "published_accuracy": experiment.published_with(experiment.seeds[0])})


def _written(experiment: Experiment) -> dict[str, Any]:
    # A child may not restate what it inherits from its parent.
    inherited = {*INHERITED[experiment.stage], "image_size"} if experiment.parent else set()
    said = {"include": set(OF_ITS_OWN)} if experiment.refit else {"exclude": inherited}
    return experiment.model_dump(mode="json", exclude_none=True, **said)
