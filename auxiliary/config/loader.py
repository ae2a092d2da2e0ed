"""Reads a profile from its YAML file and applies overrides; errors name the line in the file."""

from collections.abc import Mapping
from typing import Any
from unicodedata import normalize

from pydantic import ValidationError

from auxiliary.config.choose import PROFILES, check_images_given, choose
from auxiliary.config.ensemble import complete_ensemble
from auxiliary.config.experiment import WITHOUT_OPTIMIZER
from auxiliary.config.grid import Grids
from auxiliary.config.parents import INHERITED, inherit, take_over
from auxiliary.config.profile import EXPERIMENT_KINDS, Profile, Split
from auxiliary.config.settings import Settings
from auxiliary.config.transfer import LOGISTIC
from auxiliary.config.yaml_errors import describe
from auxiliary.config.yaml_text import plain, read_yaml_file
from auxiliary.core.errors import UserError, unknown

# Fields of an experiment that `overrides` may set for all experiments at once.
EXPERIMENT_NAMES = ("epochs", "learning_rate")
# Settings that show a network augmented images.
AUGMENTING = ("augment", "tta")


def load_profile(name: str, overrides: Mapping[str, Any] | None = None) -> Profile:
    """Read and check a profile.

    Args:
        name: a profile of `notebooks/params/`, the path of a YAML file, or that of images, see `choose`.
        overrides: values that replace the file's: a field of the profile by its name, a field of the split such as
            `split.random_state`; a field of experiments (`epochs`, `learning_rate`, `batch_size`, …) is set in all.

    Returns:
        The profile. Every experiment is complete: settings of the profile are filled in, a child has its parent's
        network, and a grid is one experiment for each combination.

    Raises:
        UserError: for a missing file, unknown names or values that do not fit, with file, line and the
            nearest valid name.
    """
    choice, overrides = choose(name), overrides or {}
    check_images_given(choice, overrides)
    path = choice.file
    document = read_yaml_file(path)
    if not isinstance(document, dict):
        raise UserError(f"{path} is not a profile; {PROFILES / 'demo.yaml'} is an example")
    raw = plain(document)
    grids = Grids(raw, document, path)
    _check_overrides(grids, overrides)
    _override(raw, overrides)
    if choice.images:
        raw["dataset"] = str(choice.images)
    _complete(raw)
    try:
        return Profile.model_validate(raw)
    except ValidationError as error:
        raise UserError(describe(error, document, path, overrides, grids.locate)) from None


def _check_overrides(grids: Grids, overrides: Mapping[str, Any]) -> None:
    """Refuse to replace what a grid varies: its experiments would be the same one under several keys."""
    for name in grids.varied.keys() & overrides.keys():
        key = grids.varied[name]
        raise UserError(f"parameter {name!r}: the grid of {key!r} varies it; choose some of its experiments "
                        f"instead (-e '{key}_*'), or change the grid in the profile")


def _override(raw: dict[str, Any], overrides: Mapping[str, Any]) -> None:
    profile_names = [name for name in Profile.model_fields if name not in EXPERIMENT_KINDS]
    valid = [*profile_names, *EXPERIMENT_NAMES, *(f"split.{name}" for name in Split.model_fields)]
    for name, value in overrides.items():
        if name not in valid:
            raise unknown("parameter", name, valid)
        if name.startswith("split.") and "split" in overrides:
            raise UserError(f"parameter {name!r} is a part of 'split', which is given too: leave one of the two out")
        if name.startswith("split.") and isinstance(raw.setdefault("split", {}), dict):
            raw["split"] = raw["split"] | {name.removeprefix("split."): value}
        if name in profile_names:
            raw[name] = value
        if name in Settings.model_fields or name in EXPERIMENT_NAMES:
            for stage, experiment in _experiments(raw):
                # An experiment without epochs is a baseline, and keeps its own augmentation.
                fixed = experiment.get("epochs") == 0 and name in ("epochs", *AUGMENTING)
                if _applies(name, stage, experiment) and not fixed:
                    experiment[name] = value


def _experiments(raw: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every experiment with its stage; anything else in their place is reported by the validation."""
    return [(stage, experiment) for stage in EXPERIMENT_KINDS if isinstance(raw.get(stage), list)
            for experiment in raw[stage] if isinstance(experiment, dict)]


def _applies(name: str, stage: str, experiment: Mapping[str, Any]) -> bool:
    """Whether a setting is passed on to an experiment.

    A frozen one is augmented only if it says so itself; a refit has its parent's settings, and an ensemble none.
    """
    if experiment.get("refit") or "ensemble" in experiment:
        return name == "seeds"
    if name in WITHOUT_OPTIMIZER and _is_logistic(experiment):
        return False
    return name not in AUGMENTING or stage != "transfer" or bool(experiment.get("tune_last"))


def _complete(raw: dict[str, Any]) -> None:
    """Fill in what experiments inherit from the profile or a parent, and missing keys."""
    shared = {name: raw[name] for name in Settings.model_fields if name in raw}
    for _, experiment in _experiments(raw):
        experiment.setdefault("key", experiment.get("model_id"))
    # Characters may be composed in two ways (NFC, NFD) that look the same.
    keys = [normalize("NFC", experiment["key"]) for _, experiment in _experiments(raw)
            if isinstance(experiment["key"], str)]
    for key in {key for key in keys if keys.count(key) > 1}:
        raise UserError(f"{keys.count(key):,} experiments have the key {key!r}: give each a `key` of its own")
    earlier: dict[str, dict[str, dict[str, Any]]] = {stage: {} for stage in EXPERIMENT_KINDS}
    for stage, experiment in _experiments(raw):
        if experiment.get("refit"):
            take_over(experiment, earlier[stage])
        elif experiment.get("parent") is not None and "ensemble" not in experiment:
            inherit(experiment, earlier[stage], INHERITED[stage])
        for name, value in shared.items():
            if _applies(name, stage, experiment):
                experiment.setdefault(name, value)
        if "ensemble" in experiment:
            elsewhere = [other["key"] for place, other in _experiments(raw) if place != stage]
            complete_ensemble(experiment, earlier[stage], elsewhere)
        elif _is_logistic(experiment):
            _leave_optimizer_out(experiment)
        earlier[stage][str(experiment["key"])] = experiment


def _is_logistic(experiment: Mapping[str, Any]) -> bool:
    """Whether an experiment's head is fitted by logistic regression; a child inherits its layers only."""
    return experiment.get("head") == LOGISTIC and experiment.get("parent") is None


def _leave_optimizer_out(experiment: dict[str, Any]) -> None:
    for name, nothing in WITHOUT_OPTIMIZER.items():
        if experiment.setdefault(name, nothing) != nothing:
            raise UserError(f"experiment {experiment['key']!r}: `head: {LOGISTIC}` is fitted at once and not by an "
                            f"optimiser, so it takes no {name!r}: leave it out")
