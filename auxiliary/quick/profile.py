"""A profile cut down to what a quick run trains."""

import socket
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from auxiliary import runtime
from auxiliary.config.loader import INHERITED
from auxiliary.config.profile import Profile, Row, TransferRow
from auxiliary.data.providers.record import TIMEOUT
from auxiliary.errors import UserError
from auxiliary.lab import Lab

SEED = 0


def shorten(lab: Lab, dataset: str) -> Profile:
    """The lab's profile with the rows asked for and those they go on from, an epoch and one seed each.

    Rows that train nothing go on doing so.

    Args:
        lab: the open profile.
        dataset: what its `dataset` becomes.
    """
    short = {stage: tuple(_shortened(row) for row in lab.needed if row.stage == stage) for stage in INHERITED}
    # A few pictures of a burst may all be twins, and then nothing could be divided by group.
    division = lab.profile.split.model_copy(update={"by": "seed"})
    return lab.profile.model_copy(update={"dataset": dataset, "source": None, "seeds": (SEED,), "split": division}
                                  | short)


def start_at_random(profile: Profile, backbones: Collection[str]) -> Profile:
    """The profile with random weights in the backbones of these names, whose ImageNet weights are not to be had."""
    rows = tuple(row.model_copy(update={"weights": "random"}) if row.backbone in backbones else row
                 for row in profile.transfer)
    return profile.model_copy(update={"transfer": rows})


def write_profile(profile: Profile, path: Path) -> None:
    """Write a profile as the YAML file that `load_profile` reads it from."""
    raw = profile.model_dump(mode="json", exclude_none=True)
    raw |= {stage: [_written(row) for row in getattr(profile, stage)] for stage in INHERITED}
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(raw, file)


def missing_weights(profile: Profile) -> dict[str, str]:
    """The backbones whose ImageNet weights a profile needs and cannot have, each with the reason.

    Those that a network would give are downloaded; one that is silent is waited for 15 seconds.
    """
    needed = dict.fromkeys(row.backbone for row in _with_imagenet(profile))
    return {name: reason for name in needed if (reason := _try_weights(name))}


def _with_imagenet(profile: Profile) -> list[TransferRow]:
    # A child's backbone is its parent's.
    return [row for row in profile.transfer if row.weights == "imagenet" and not row.parent]


def _try_weights(name: str) -> str:
    """Why a backbone's ImageNet weights cannot be had; empty where they can."""
    # Otherwise this process would take a GPU's whole memory, which those that train need.
    runtime.start(SEED)
    from auxiliary.networks.backbones import USUAL, load_backbone

    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(TIMEOUT)
    try:
        load_backbone(name, USUAL)
    except UserError as error:
        return str(error)
    finally:
        socket.setdefaulttimeout(before)
    return ""


def _shortened(row: Row) -> Row:
    return row.model_copy(update={"epochs": min(1, row.epochs), "seeds": (SEED,),
                                  "reported": row.reported_with(row.seeds[0])})


def _written(row: Row) -> dict[str, Any]:
    # A child may not say again what it has from its parent.
    taken = {*INHERITED[row.stage], "image_size"} if row.parent else set()
    return row.model_dump(mode="json", exclude_none=True, exclude=taken)
