"""Ensembles in a profile: what they hold, what they leave out, and which experiments may be their members."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from auxiliary.config.experiment import WITHOUT_OPTIMIZER, Experiment
from auxiliary.config.settings import Settings
from auxiliary.core.errors import UserError, unknown

# Settings of a network and its training, and their values in an ensemble, which has neither.
WITHOUT_TRAINING = WITHOUT_OPTIMIZER | {"parent": None, "batch_size": 32, "sampling": "none", "class_weight": "none",
                                        "augment": "", "tta": ""}
# The kinds of experiments of a stage, as pydantic's errors name them.
NETWORK, ENSEMBLE = "network", "ensemble"


class Ensemble(Experiment):
    """Several experiments together: its probabilities are the mean of theirs, and nothing is trained.

    Attributes:
        ensemble: keys of its members, earlier experiments of the same stage that are neither ensembles nor refits.
    """

    ensemble: tuple[str, ...]

    @field_validator("ensemble")
    @classmethod
    def _check_members(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(members)) < len(members) or len(members) < 2:
            raise PydanticCustomError("members", "two members or more are needed, each of them once")
        return members

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys of its members."""
        return self.ensemble

    @property
    def has_optimizer(self) -> bool:
        """Nothing is trained."""
        return False

    @property
    def network(self) -> str:
        """Its members, such as `ensemble(small, large)`."""
        return f"ensemble({', '.join(self.ensemble)})"


class ScratchEnsemble(Ensemble):
    """An ensemble of networks from scratch."""

    @property
    def stage(self) -> str:
        """`scratch`: notebook 02 evaluates it."""
        return "scratch"


class TransferEnsemble(Ensemble):
    """An ensemble of networks with pre-trained backbones."""

    @property
    def stage(self) -> str:
        """`transfer`: notebook 03 evaluates it."""
        return "transfer"


def kind_of(experiment: Any) -> str:
    """`NETWORK` or `ENSEMBLE`, for an experiment or for what a profile says of one."""
    is_ensemble = "ensemble" in experiment if isinstance(experiment, dict) else isinstance(experiment, Ensemble)
    return ENSEMBLE if is_ensemble else NETWORK


def complete_ensemble(experiment: dict[str, Any], earlier: Mapping[str, Mapping[str, Any]],
                      elsewhere: Collection[str]) -> None:
    """Fill in what an ensemble has from its members.

    Args:
        experiment: the ensemble as the profile has it; changed in place.
        earlier: the experiments of its stage before it, complete, by their keys.
        elsewhere: the keys of the other stage.

    Raises:
        UserError: a member is no earlier experiment of the stage, or is an ensemble or a refit; or a setting is given
            that an ensemble does not have.
    """
    name, members = f"experiment {experiment['key']!r}", experiment["ensemble"]
    if not isinstance(members, list) or not all(isinstance(member, str) for member in members):
        raise UserError(f"{name}: `ensemble` is a list of keys, such as [lite0, lite0_tuned]")
    for member in members:
        if member in elsewhere:
            raise UserError(f"{name}: its member {member!r} is of the other stage: an ensemble is either from scratch "
                            "or pre-trained, for the results compare the two")
        if member not in earlier:
            raise UserError(f"{name}: {unknown('member', member, earlier)}; a member is an earlier experiment of the "
                            "same stage")
        if "ensemble" in earlier[member]:
            raise UserError(f"{name}: its member {member!r} is an ensemble itself: name the members of that one")
        if earlier[member].get("refit"):
            raise UserError(f"{name}: its member {member!r} is a refit, which was trained on the validation images "
                            "too, so that no validation of the ensemble is left: name its parent "
                            f"{earlier[member]['parent']!r}")
    usual = Settings.model_fields["image_size"].default
    sizes = [earlier[member].get("image_size", usual) for member in members]
    # A size that is no number is told where it stands.
    largest = max(sizes) if sizes and all(isinstance(size, int) for size in sizes) else usual
    for setting, nothing in (WITHOUT_TRAINING | {"image_size": largest}).items():
        if experiment.setdefault(setting, nothing) != nothing:
            raise UserError(f"{name} is an ensemble and takes no {setting!r}: each member has its own")
