"""Messages for the errors of a profile, with the lines of its file."""

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from auxiliary.config.ensemble import ENSEMBLE, NETWORK, Ensemble
from auxiliary.config.profile import EXPERIMENT_KINDS, Profile, Split
from auxiliary.core.errors import EMPTY
from auxiliary.core.text import short

Location = tuple[int | str, ...]
# pydantic's names of errors that say that a value is of another type.
OTHER_TYPE = re.compile(r"_type$|_parsing$|^literal_error$")


def describe(error: ValidationError, document: Any, path: Path, overrides: Mapping[str, Any],
             locate: Callable[[Location], Location]) -> str:
    """The message for an invalid profile: one line per error, in the order of the file.

    Args:
        error: pydantic's errors.
        document: the file as ruamel.yaml read it, with line numbers.
        path: the file.
        overrides: values that did not come from the file, by name.
        locate: gives the place in the file of a place in the profile; a grid is many experiments.
    """
    errors = [detail | {"loc": locate(_without_kind(detail["loc"]))} for detail in error.errors()]
    for detail in errors:
        name = _parameter(detail["loc"], overrides)
        if name:
            # A value given for all experiments is wrong in each of them: one message is enough.
            return f"parameter {name!r}: {short(repr(overrides[name]), 80)}: {_message(detail)}"
    locations = [detail["loc"] for detail in errors]
    found: dict[tuple[int, str], list[ErrorDetails]] = {}
    for detail in errors:
        if not _inherited(document, detail["loc"], locations):
            found.setdefault((line_of(document, detail["loc"]), _field(detail["loc"])), []).append(detail)
    return "\n".join(f"{path}:{line}: {_text(details, document)}" for (line, _), details in sorted(found.items()))


def _without_kind(location: Location) -> Location:
    """A location without the kind of the experiment, which the file does not have there."""
    has_kind = location[0] in EXPERIMENT_KINDS and location[2:3] in ((NETWORK,), (ENSEMBLE,))
    return (*location[:2], *location[3:]) if has_kind else location


def _parameter(location: Location, overrides: Mapping[str, Any]) -> str | None:
    """The override that set the value at `location`, such as `epochs` or `split.by`; None where the file did."""
    field = location[2:] if location[0] in EXPERIMENT_KINDS else location
    names = [".".join(map(str, field[:depth])) for depth in (2, 1)]
    return next((name for name in names if name in overrides), None)


def _text(details: list[ErrorDetails], document: Any) -> str:
    """The message for one field; a field of several types has one error per type."""
    detail, location = details[0], details[0]["loc"]
    where = _field(location)
    if detail["type"] != "extra_forbidden":
        # Of a grid's many values one is wrong.
        value = f"{short(repr(detail['input']), 80)}: " if _in_grid(location) else ""
        return f"{where}: {value}{' or '.join(dict.fromkeys(map(_message, _telling(details))))}"
    if set(str(location[-1])) & set("()|"):
        return f"{where!r} is half a spec: put quotes around a spec that holds commas"
    names = _names(location, document)
    near = difflib.get_close_matches(str(location[-1]), names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f" (valid: {', '.join(names)})"
    return f"unknown name {where!r}{hint}"


def _telling(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors of one field without those that only follow from others."""
    # pydantic counts the valid items of a list alone, so one with a bad item may be too short for it.
    first = [detail for detail in details if detail["type"] != "too_short"] or details
    # A value that is bad for one type of the field is of that type, so that it need not be of another one.
    return [detail for detail in first if not OTHER_TYPE.search(detail["type"])] or first


def _message(detail: ErrorDetails) -> str:
    # Such as `transfer:` before experiments that are all comments.
    if detail["input"] is None and OTHER_TYPE.search(detail["type"]):
        return EMPTY
    # pydantic counts the missing items of a list of fixed length as fields.
    if detail["type"] == "missing" and isinstance(detail["loc"][-1], int):
        return "the list is too short"
    # YAML's word is list, pydantic's is tuple.
    if detail["type"] == "too_short":
        return "it must not be empty" if isinstance(detail["input"], str) else "the list is empty"
    return "a list is needed, such as [0, 1]" if detail["type"] == "tuple_type" else detail["msg"].lower()


def _field(location: Location) -> str:
    """The name of the field at `location`, such as `scratch.0.epochs`, without pydantic's name of its type."""
    depth = {"split": 2} | dict.fromkeys(EXPERIMENT_KINDS, 5 if _in_grid(location) else 3)
    return ".".join(map(str, location[:depth.get(location[0], 1)]))


def _in_grid(location: Location) -> bool:
    return location[0] in EXPERIMENT_KINDS and location[2:3] == ("grid",)


def _names(location: Location, document: Any) -> list[str]:
    """The valid field names at `location`."""
    kinds: dict[object, type[BaseModel]] = {**EXPERIMENT_KINDS, "split": Split}
    kind = kinds.get(location[0], Profile) if len(location) > 1 else Profile
    if location[0] in EXPERIMENT_KINDS and "ensemble" in document[location[0]][location[1]]:
        kind = Ensemble
    return [*kind.model_fields, *(["grid"] if kind in EXPERIMENT_KINDS.values() else [])]


def _inherited(document: Any, location: Location, locations: Collection[Location]) -> bool:
    """Whether an experiment inherited the error from the profile, which reports it."""
    if location[0] not in EXPERIMENT_KINDS or location[2:] not in locations:
        return False
    return location[2] not in document[location[0]][location[1]]


def line_of(document: Any, location: Location) -> int:
    """The line, from 1, of the deepest level of `location` that the file holds."""
    line = 0
    for step in location:
        try:
            line = document.lc.key(step)[0] if isinstance(step, str) else document.lc.item(step)[0]
            document = document[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line + 1
