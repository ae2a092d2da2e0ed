"""Checks and reads the parameters of notebooks and commands."""

import ast
import sys
from collections.abc import Collection, Mapping
from typing import Any

from auxiliary.config.yaml_text import plain, read_yaml
from auxiliary.core.errors import UserError, unknown
from auxiliary.core.text import short

# Papermill marks the cell it adds with this first line.
INJECTED = "# Parameters\n"
# Papermill adds parameters of its own where it is asked to, as by `--inject-output-path`.
PAPERMILL = "PAPERMILL_"
# Parameters that name folders and files. In YAML, `2024` is a number and `pics #2` ends at the space.
AS_TYPED = ("dataset", "name", "source", "label_fixes")


def check_parameters(valid: Collection[str]) -> None:
    """Refuse parameters that papermill was given but that the notebook does not have.

    Papermill only warns of them, so a misspelt parameter would be ignored. Outside a notebook nothing is checked.

    Args:
        valid: names of the notebook's parameters.

    Raises:
        UserError: for the first unknown name, with the nearest valid one.
    """
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell = get_ipython()
    for source in shell.user_ns.get("In", []) if shell else []:
        if source.startswith(INJECTED):
            for name in _assigned(source):
                if name not in valid and not name.startswith(PAPERMILL):
                    raise unknown("parameter", name, valid)


def require_text(**parameters: object) -> None:
    """Refuse parameters, given by name, that are not text."""
    for name, value in parameters.items():
        if not isinstance(value, str):
            raise UserError(f"parameter {name!r} must be text, not {value!r}")


def read_overrides(overrides: Mapping[str, Any] | str | None) -> Mapping[str, Any]:
    """Overrides as a mapping; from `papermill -p overrides '{epochs: 1}'` they come as text."""
    value = read_value(overrides) if isinstance(overrides, str) else overrides or {}
    if not isinstance(value, Mapping):
        raise UserError(f"overrides must be a mapping such as {{epochs: 1}}, not {overrides!r}")
    return value


def read_parameters(parameters: Mapping[str, str]) -> dict[str, Any]:
    """Overrides from the parameters of a command line, by name.

    Args:
        parameters: the text of each: a path or a name, see `AS_TYPED`, as it is, any other value in YAML.

    Raises:
        UserError: a path or a name is empty, or a value is not YAML.
    """
    values = {}
    for name, text in parameters.items():
        if name in AS_TYPED and not text:
            # An empty path would be the current folder.
            raise UserError(f"parameter {name!r} is empty: give it a value, or leave it out")
        try:
            values[name] = text if name in AS_TYPED else read_value(text)
        except UserError as error:
            raise UserError(f"parameter {name!r}: {error}") from None
    return values


def read_value(text: str) -> Any:
    """A value written in YAML, such as `3`, `[0, 1]` or `flip | shift(0.1)`."""
    try:
        return plain(read_yaml(text, "value"))
    except UserError as error:
        raise UserError(f"cannot read the value {short(text, 80)!r} ({error}); write it as in YAML: 3, [0, 1], word"
                        ) from None


def _assigned(source: str) -> list[str]:
    return [target.id for node in ast.parse(source).body if isinstance(node, ast.Assign)
            for target in node.targets if isinstance(target, ast.Name)]
