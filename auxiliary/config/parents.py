"""What an experiment has from its parent, and which experiments may be one."""

from collections.abc import Iterable, Mapping
from typing import Any

from auxiliary.config.experiment import WITHOUT_OPTIMIZER
from auxiliary.core.errors import UserError, unknown

Raw = dict[str, Any]    # an experiment as the profile has it
# The network, which a child has from its parent, by stage.
INHERITED = {"scratch": ("net",), "transfer": ("backbone", "head", "weights")}
# The kinds of experiments that take over all settings of their parent, and what they do with it.
TAKING_OVER = {"refit": "trains another experiment once more",
               "wise_ft": "averages the weights of another experiment with those that it started from"}
# What they may say for themselves.
OF_ITS_OWN = ("model_id", "key", "parent", *TAKING_OVER, "seeds", "published_accuracy", "note")


def taking_over(experiment: Mapping[str, Any]) -> str:
    """Which of `TAKING_OVER` an experiment is; empty for none."""
    return next((kind for kind in TAKING_OVER if experiment.get(kind)), "")


def take_over(experiment: Raw, earlier: Mapping[str, Raw]) -> None:
    """Give an experiment of `TAKING_OVER` all settings of its parent; `wise_ft` has none of an optimiser.

    Args:
        experiment: as the profile has it; changed in place.
        earlier: the experiments of its stage before it, complete, by their keys.

    Raises:
        UserError: it has no parent, or one that does not suit it, or settings of its own.
    """
    kind, key = taking_over(experiment), experiment["key"]
    if experiment.get("parent") is None:
        raise UserError(f"experiment {key!r}: `{kind}` {TAKING_OVER[kind]}: name it as `parent`")
    parent = _parent(experiment, earlier)
    _check_parent(kind, experiment, parent)
    others = {name for name in TAKING_OVER if name != kind and experiment.get(name)}
    if said := sorted(experiment.keys() - {*OF_ITS_OWN} | others):
        raise UserError(f"experiment {key!r} has `{kind}`, so all its settings are its parent's: leave out "
                        f"{', '.join(said)}")
    if kind == "wise_ft":
        experiment.update(WITHOUT_OPTIMIZER)
    for name in parent.keys() & {"seeds", *parent.keys() - OF_ITS_OWN}:
        experiment.setdefault(name, parent[name])


def _check_parent(kind: str, experiment: Raw, parent: Raw) -> None:
    """Refuse a parent that has no training which a refit repeats, or which `wise_ft` averages with its start."""
    key, name, trains, starts = experiment["key"], experiment["parent"], parent.get("epochs"), parent.get("parent")
    if kind == "refit" and (not trains or starts is not None):
        raise UserError(f"experiment {key!r}: a refit begins with fresh weights, so its parent must be an experiment "
                        f"that has epochs and no parent itself; {name!r} is none")
    if kind == "wise_ft" and (not trains or starts is None):
        raise UserError(f"experiment {key!r}: `wise_ft` averages the weights of its parent with those that this one "
                        f"started from, so its parent must be an experiment that has epochs and a parent itself; "
                        f"{name!r} is none")


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
