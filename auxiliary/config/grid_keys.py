"""The keys of a grid's experiments, such as `small_lr1e-3_batch32`: how they are written, and how they are read back.

The tables of results know a grid by these keys, so `results.csv` needs no column for it.
"""

import math
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from itertools import takewhile
from types import MappingProxyType
from typing import Any

from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.config.transfer import TransferExperiment

# What a grid cannot vary: names and remarks, and what makes an experiment one of another kind. `seeds` is no list of
# alternatives: each combination is trained with all of them.
FIXED = frozenset({"model_id", "key", "seeds", "published_accuracy", "note", "refit"})
VARIED: Mapping[str, tuple[str, ...]] = MappingProxyType({
    stage: tuple(name for name in kind.model_fields if name not in FIXED)
    for stage, kind in {"scratch": ScratchExperiment, "transfer": TransferExperiment}.items()})
# What a key calls a setting; all others by their own name.
SHORT = MappingProxyType({"learning_rate": "lr", "batch_size": "batch", "image_size": "size", "tune_last": "tune",
                          "label_smoothing": "smoothing", "class_weight": "classweight"})
SETTING_OF = MappingProxyType({SHORT.get(name, name): name for names in VARIED.values() for name in names})
COLUMNS = MappingProxyType({"net": "network", "head": "network"})    # of results.csv; others bear their setting's name
LONGEST, DIGITS = 24, 4    # characters of a value in a key, and of the fingerprint that stands for the rest of it


def key_part(name: str, value: Any) -> str:
    """What a key says of a setting, such as `_lr1e-3`, `_optimizer-sgd-0.9` or `_augment-none`.

    Args:
        name: a setting of `VARIED`.
        value: its value, as the profile has it.
    """
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"_{SHORT.get(name, name)}{'' if number else '-'}{_text(value)}"


def split_key(key: str) -> tuple[str, dict[str, str]]:
    """A key without what it says of settings, and what it says of each, by the setting's name.

    Such as `small` and `{"learning_rate": "1e-3"}`; any other key is itself, and says nothing.
    """
    pieces = key.split("_")
    found = [*takewhile(bool, map(_setting, reversed(pieces[1:])))][::-1]
    return "_".join(pieces[:len(pieces) - len(found)]), dict(found)


def without_setting(key: str, column: str) -> str:
    """A key without what it says of one setting: that of all experiments of a grid that differ in it alone.

    Args:
        key: the key.
        column: the setting's column in `results.csv`.
    """
    base, said = split_key(key)
    pieces = key.removeprefix(base).split("_")[1:]
    return "_".join([base, *(piece for name, piece in zip(said, pieces, strict=True)
                             if COLUMNS.get(name, name) != column)])


def grids_of(experiments: Iterable[Experiment]) -> list[tuple[str, dict[str, list[Any]]]]:
    """Each grid of two experiments or more: what their keys share, and the values of each setting that they say."""
    grids: dict[tuple[str, str, tuple[str, ...]], list[Experiment]] = {}
    for experiment in experiments:
        base, said = split_key(experiment.key)
        grids.setdefault((experiment.stage, base, tuple(said)), []).append(experiment)
    return [(base, {name: list(dict.fromkeys(getattr(each, name) for each in members)) for name in names})
            for (_, base, names), members in grids.items() if names and len(members) > 1]


def _setting(piece: str) -> tuple[str, str] | None:
    """The setting and the text of its value; None where a part of a key says nothing of a setting."""
    found = re.fullmatch(r"([a-z]+)(-.+|\d.*)", piece)
    return (SETTING_OF[found[1]], found[2].removeprefix("-")) if found and found[1] in SETTING_OF else None


def _text(value: Any) -> str:
    """A value in letters, digits, dots and hyphens, which `-e`, a shell and a folder take as they are."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return _number(value)
    text = "-".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    slug = re.sub(r"[^\w.]+|_+", "-", text).strip("-")
    if len(slug) <= LONGEST:
        return slug or "none"
    return f"{slug[:LONGEST - DIGITS - 1].rstrip('-.')}-{sha256(text.encode()).hexdigest()[:DIGITS]}"


def _number(value: float) -> str:
    """A number, the same however it is written: `1e-3`, `0.05`, `32`."""
    if not math.isfinite(value):
        return str(value)
    number = Decimal(repr(value)).normalize()
    if 0 < abs(number) < Decimal("0.01"):
        return f"{number.scaleb(-number.adjusted()):f}e{number.adjusted()}"
    return f"{number:f}"
