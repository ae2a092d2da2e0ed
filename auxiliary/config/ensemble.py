"""An ensemble in a profile: what it leaves out, and which experiments may be its members."""

from collections.abc import Mapping
from typing import Any

from auxiliary.config.experiment import WITHOUT_OPTIMIZER
from auxiliary.config.settings import Settings
from auxiliary.core.errors import UserError, unknown

# Settings of a network and its training, and their values in an ensemble, which has neither.
WITHOUT_TRAINING = WITHOUT_OPTIMIZER | {"parent": None, "batch_size": 32, "sampling": "none", "class_weight": "none",
                                        "augment": "", "tta": ""}


def complete_ensemble(experiment: dict[str, Any], stage: str, earlier: Mapping[str, Mapping[str, Any]]) -> None:
    """Fill in what an ensemble has from its members.

    Args:
        experiment: the ensemble as the profile has it; changed in place.
        stage: where it stands.
        earlier: the experiments of that stage before it, complete, by their keys.

    Raises:
        UserError: it stands under `scratch`, a member is no earlier experiment or an ensemble, or a setting is given
            that an ensemble does not have.
    """
    name = f"experiment {experiment['key']!r}"
    if stage != "transfer":
        raise UserError(f"{name}: an ensemble stands under `transfer`, and so do its members")
    members = experiment["ensemble"]
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise UserError(f"{name}: `ensemble` is a list of keys, such as [lite0, lite0_tuned]")
    for member in members:
        if member not in earlier:
            raise UserError(f"{name}: {unknown('member', member, earlier)}; a member is an earlier experiment of the "
                            "same stage")
        if "ensemble" in earlier[member]:
            raise UserError(f"{name}: its member {member!r} is an ensemble itself: name the members of that one")
    usual = Settings.model_fields["image_size"].default
    sizes = [earlier[member].get("image_size", usual) for member in members]
    # A size that is no number is told where it stands.
    largest = max(sizes) if sizes and all(isinstance(size, int) for size in sizes) else usual
    for setting, nothing in (WITHOUT_TRAINING | {"image_size": largest}).items():
        if experiment.setdefault(setting, nothing) != nothing:
            raise UserError(f"{name} is an ensemble and takes no {setting!r}: each member has its own")
