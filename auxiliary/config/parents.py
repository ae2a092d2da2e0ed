"""What an experiment has from its parent, and which experiments may be one."""

from collections.abc import Iterable, Mapping
from typing import Any

from auxiliary.core.errors import UserError, unknown

Raw = dict[str, Any]    # an experiment as the profile has it
# The network, which a child has from its parent, by stage.
INHERITED = {"scratch": ("net",), "transfer": ("backbone", "head", "weights")}
# What a refit, which takes over all settings of its parent, may say for itself.
OF_ITS_OWN = ("model_id", "key", "parent", "refit", "seeds", "published_accuracy", "note")


def take_over(experiment: Raw, earlier: Mapping[str, Raw]) -> None:
    """Give a refit all settings of its parent.

    Args:
        experiment: as the profile has it; changed in place.
        earlier: the experiments of its stage before it, complete, by their keys.

    Raises:
        UserError: it has no parent, or one that does not suit it, or settings of its own.
    """
    key = experiment["key"]
    if experiment.get("parent") is None:
        raise UserError(f"experiment {key!r}: `refit` trains another experiment once more: name it as `parent`")
    parent = _parent(experiment, earlier)
    if not parent.get("epochs") or parent.get("parent") is not None:
        raise UserError(f"experiment {key!r}: a refit begins with fresh weights, so its parent must be an experiment "
                        f"that has epochs and no parent itself; {experiment['parent']!r} is none")
    if said := sorted(experiment.keys() - {*OF_ITS_OWN}):
        raise UserError(f"experiment {key!r} has `refit`, so all its settings are its parent's: leave out "
                        f"{', '.join(said)}")
    for name in parent.keys() & {"seeds", *parent.keys() - OF_ITS_OWN}:
        experiment.setdefault(name, parent[name])


def inherit(experiment: Raw, earlier: Mapping[str, Raw], names: Iterable[str]) -> None:
    """Give a child the network and the `image_size` of its parent.

    Args:
        experiment: as the profile has it; changed in place.
        earlier: the experiments of its stage before it, complete, by their keys.
        names: the settings of a network, of `INHERITED`.

    Raises:
        UserError: its parent is no earlier experiment or has no weights for it, or the child says otherwise.
    """
    parent = _parent(experiment, earlier)
    for name in (*names, "image_size"):
        inherited = parent.get(name)
        if (name in names and name in experiment) or experiment.get(name, inherited) != inherited:
            raise UserError(f"experiment {experiment['key']!r} inherits {name!r} from its parent: leave it out")
        if inherited is not None:
            experiment[name] = inherited


def _parent(experiment: Raw, earlier: Mapping[str, Raw]) -> Raw:
    """An experiment's parent, one of the earlier experiments of its stage."""
    name = str(experiment["parent"])
    if name not in earlier:
        raise UserError(f"experiment {experiment['key']!r}: {unknown('parent', name, earlier)}; "
                        "a parent is an earlier experiment of the same stage")
    parent = earlier[name]
    if parent.get("refit"):
        raise UserError(f"experiment {experiment['key']!r} starts from {name!r}, a refit, which was trained on the "
                        "validation images too, so that no validation is left: start from its parent "
                        f"{parent['parent']!r}")
    if "ensemble" in parent:
        raise UserError(f"experiment {experiment['key']!r}: its parent {name!r} is an ensemble, which has no weights "
                        "of its own: name one of its members")
    return parent
