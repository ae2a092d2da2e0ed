"""Says what is wrong with a profile, and on which line of its file."""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from auxiliary.config.profile import ROW_KINDS, Profile, Split

Location = tuple[int | str, ...]


def describe(error: ValidationError, document: Any, path: Path, overrides: Mapping[str, Any]) -> str:
    """Every problem of a profile, one a line, in the order of the file.

    Args:
        error: what pydantic found.
        document: the file as ruamel.yaml read it, which knows its lines.
        path: the file.
        overrides: values that did not come from the file, by name.
    """
    given = [detail for detail in error.errors() if str(detail["loc"][-1]) in overrides]
    if given:
        # A value given for all rows is wrong in each of them: once is enough.
        first = given[0]
        name = first["loc"][-1]
        return f"parameter {name!r}: {overrides[str(name)]!r}: {first['msg'].lower()}"
    found = sorted((_line(document, detail["loc"]), _text(detail)) for detail in error.errors())
    return "\n".join(f"{path}:{line}: {text}" for line, text in found)


def _text(detail: ErrorDetails) -> str:
    location = detail["loc"]
    where = ".".join(str(part) for part in location)
    if detail["type"] != "extra_forbidden":
        return f"{where}: {detail['msg'].lower()}"
    if set(str(location[-1])) & set("()|"):
        return f"{where!r} is half a line: put quotes around a line that holds commas"
    near = difflib.get_close_matches(str(location[-1]), _names(location), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"(valid: {', '.join(_names(location))})"
    return f"unknown name {where!r}; {hint}"


def _names(location: Location) -> list[str]:
    """The fields that are valid where `location` points."""
    kinds: dict[object, type[BaseModel]] = {**ROW_KINDS, "split": Split}
    kind = kinds.get(location[0], Profile) if len(location) > 1 else Profile
    return list(kind.model_fields)


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
