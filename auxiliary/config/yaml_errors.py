"""Says what is wrong with a profile, and on which line of its file."""

import difflib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from auxiliary.config.profile import EXPERIMENT_KINDS, Profile, Split

Location = tuple[int | str, ...]


def describe(error: ValidationError, document: Any, path: Path, overrides: Mapping[str, Any]) -> str:
    """Every problem of a profile, one a line, in the order of the file.

    Args:
        error: what pydantic found.
        document: the file as ruamel.yaml read it, which knows its lines.
        path: the file.
        overrides: values that did not come from the file, by name.
    """
    for detail in error.errors():
        name = _parameter(detail["loc"], overrides)
        if name:
            # A value given for all rows is wrong in each of them: once is enough.
            return f"parameter {name!r}: {overrides[name]!r}: {_message(detail)}"
    everywhere = [detail["loc"] for detail in error.errors()]
    found: dict[tuple[int, str], list[ErrorDetails]] = {}
    for detail in error.errors():
        if not _inherited(document, detail["loc"], everywhere):
            found.setdefault((_line(document, detail["loc"]), _field(detail["loc"])), []).append(detail)
    return "\n".join(f"{path}:{line}: {_text(details)}" for (line, _), details in sorted(found.items()))


def _parameter(location: Location, overrides: Mapping[str, Any]) -> str | None:
    """The override that set what is at `location`, such as `epochs` or `split.by`; None where the file did."""
    field = location[2:] if location[0] in EXPERIMENT_KINDS else location
    names = [".".join(str(part) for part in field[:depth]) for depth in (2, 1)]
    return next((name for name in names if name in overrides), None)


def _text(details: list[ErrorDetails]) -> str:
    """What is wrong with a field; one that may be of several kinds has a message for each."""
    detail, location = details[0], details[0]["loc"]
    where = _field(location)
    if detail["type"] != "extra_forbidden":
        return f"{where}: {' or '.join(dict.fromkeys(map(_message, details)))}"
    if set(str(location[-1])) & set("()|"):
        return f"{where!r} is half a line: put quotes around a line that holds commas"
    near = difflib.get_close_matches(str(location[-1]), _names(location), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"(valid: {', '.join(_names(location))})"
    return f"unknown name {where!r}; {hint}"


def _message(detail: ErrorDetails) -> str:
    # What YAML calls a list, pydantic calls a tuple.
    return "a list is needed, such as [0, 1]" if detail["type"] == "tuple_type" else detail["msg"].lower()


def _field(location: Location) -> str:
    """The name of what is at `location`, such as `scratch.0.epochs`, without what pydantic says of its kind."""
    depth = {"split": 2} | dict.fromkeys(EXPERIMENT_KINDS, 3)
    return ".".join(str(part) for part in location[:depth.get(location[0], 1)])


def _names(location: Location) -> list[str]:
    """The fields that are valid where `location` points."""
    kinds: dict[object, type[BaseModel]] = {**EXPERIMENT_KINDS, "split": Split}
    kind = kinds.get(location[0], Profile) if len(location) > 1 else Profile
    return list(kind.model_fields)


def _inherited(document: Any, location: Location, everywhere: Collection[Location]) -> bool:
    """Whether a row only has there what is wrong with the profile itself."""
    if location[0] not in EXPERIMENT_KINDS or location[2:] not in everywhere:
        return False
    return location[2] not in document[location[0]][location[1]]


def _line(document: Any, location: Location) -> int:
    """The line, from 1, of the deepest part of `location` that the file itself holds."""
    line = 0
    for part in location:
        try:
            line = document.lc.key(part)[0] if isinstance(part, str) else document.lc.item(part)[0]
            document = document[part]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line + 1
