"""The parser of specs: operations joined by `|`, such as `conv(16) | pool | dense(10)`.

Networks and augmentations are written as specs, each with a registry of operations. An operation is a frozen pydantic
dataclass: its fields are the arguments, their types are checked, and its `repr` shows the defaults too.
"""

import ast
import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import ConfigDict, ValidationError
from pydantic.dataclasses import dataclass

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.text import counted, short

Kind = TypeVar("Kind")

# The decorator of every operation: immutable, hashable, with strict types.
operation = dataclass(frozen=True, config=ConfigDict(extra="forbid", strict=True))


def parse_spec(spec: str, registry: Mapping[str, type[Kind]], what: str) -> tuple[Kind, ...]:
    """Parse a spec into its operations.

    Args:
        spec: operations joined by `|`. Arguments are numbers or bare words, by position or by name. An empty spec has
            no operations.
        registry: the operations that exist, by name.
        what: the kind of spec, for messages, such as `"net"`.

    Returns:
        One record per operation, in order.

    Raises:
        UserError: for an unknown operation or an invalid argument; the message lists the valid ones.

    Example:
        >>> parse_spec("conv(16) | pool", OPERATIONS, "net")
        (Conv(filters=16, size=3, stride=1, padding='valid', l2=0.0), Pool(size=2))
    """
    operations = [text.strip() for text in spec.split("|")] if spec.strip() else []
    return tuple(_parse_operation(text, registry, what) for text in operations)


def parse_one(spec: str, registry: Mapping[str, type[Kind]], what: str) -> Kind:
    """Parse a spec of exactly one operation; arguments and errors as in `parse_spec`."""
    operations = parse_spec(spec, registry, what)
    if len(operations) != 1:
        raise UserError(f"{what}: {short(spec, 80)!r} is not one of {', '.join(sorted(registry))}")
    return operations[0]


def _parse_operation(text: str, registry: Mapping[str, type[Kind]], what: str) -> Kind:
    try:
        node = ast.parse(text, mode="eval").body
        name, args, kwargs = _read_call(node)
    # TypeError: a set or mapping of unhashable values; the last two: thousands of operators.
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise UserError(f"{what}: cannot read {short(text, 80)!r}; an operation is a name, with its arguments in "
                        f"brackets if it takes any (valid: {', '.join(sorted(registry))})") from None
    if name not in registry:
        raise unknown(f"{what} operation", name, registry)
    kind = registry[name]
    fields = [field.name for field in dataclasses.fields(kind)]
    if len(args) > len(fields):
        raise UserError(f"{what}: `{text}` has {counted(len(args), 'argument')}; "
                        f"{name} takes {', '.join(fields) or 'none'}")
    try:
        return kind(**dict(zip(fields, args, strict=False)), **kwargs)
    except (ValidationError, TypeError) as error:
        raise UserError(f"{what}: `{text}`: {_reason(error, fields)}") from None


def _read_call(node: ast.expr) -> tuple[str, list[Any], dict[str, Any]]:
    if isinstance(node, ast.Name):
        return node.id, [], {}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        keywords = {keyword.arg: _value(keyword.value) for keyword in node.keywords}
        # `f(**mapping)` is a keyword without a name.
        if None not in keywords:
            return node.func.id, [_value(arg) for arg in node.args], keywords
    raise ValueError(node)


def _value(node: ast.expr) -> Any:
    """A literal, or a bare word as a string, as in `padding=same`."""
    return node.id if isinstance(node, ast.Name) else ast.literal_eval(node)


def _reason(error: ValidationError | TypeError, fields: list[str]) -> str:
    takes = f"it takes {', '.join(fields) or 'no arguments'}"
    if isinstance(error, TypeError):
        return takes
    # A misspelt name is also missing under the right one.
    first = min(error.errors(), key=lambda detail: detail["type"] != "unexpected_keyword_argument")
    where = ".".join(str(part) for part in first["loc"])
    reason = "True or False is needed" if first["type"] == "bool_type" else first["msg"].lower()
    return f"{where}: {reason} ({takes})"
