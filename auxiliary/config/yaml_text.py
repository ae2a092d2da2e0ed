"""YAML that somebody else may have written, read with limits: small text can stand for any number of values."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.constructor import ConstructorError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, NodeEvent
from ruamel.yaml.nodes import Node
from ruamel.yaml.scalarbool import ScalarBoolean

from auxiliary.core.errors import UserError

LONGEST = 100_000           # characters, and a quarter of the bytes of a file
MOST, DEEPEST = 10_000, 20  # values, aliases followed; levels. A profile of 100 experiments has 1,000 values on 3
LARGEST = 2**63             # of whole numbers


def read_yaml(text: str, where: str) -> Any:
    """Read YAML 1.2; every container and number knows its line.

    Dates are text, as they are written.

    Args:
        text: the YAML.
        where: what it is, for messages, such as the path of its file.

    Returns:
        The document with ruamel.yaml's own containers and numbers; `plain` turns it into Python's.

    Raises:
        UserError: it is not YAML, is too long or too deep, stands for too many values, or has a value that cannot be
            read; the message names the line.
    """
    if len(text) > LONGEST:
        raise UserError(f"{where} is too long: it has {len(text):,} characters, and at most {LONGEST:,} are read")
    try:
        _check_extent(text)
        reader = YAML()
        reader.Constructor = _Constructor
        return reader.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UserError(f"{where}:{mark.line + 1}: not valid YAML: {error.problem}") from None
    except YAMLError as error:
        raise UserError(f"{where} is not valid YAML: {error}") from None


def read_yaml_file(path: Path) -> Any:
    """Read a YAML file, see `read_yaml`; the file is named in errors."""
    try:
        if path.stat().st_size > 4 * LONGEST:
            raise UserError(f"{path} is too long: at most {LONGEST:,} characters are read")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}): check its permissions") from None
    except UnicodeError as error:
        raise UserError(f"{path} is not valid YAML: {error}") from None
    return read_yaml(text, str(path))


def plain(node: Any) -> Any:
    """The YAML reader's own containers and numbers as plain Python ones."""
    if isinstance(node, dict):
        return {str(key): plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    # `true` with an anchor, `&yes true`, is an int that is no bool.
    if isinstance(node, ScalarBoolean):
        return bool(node)
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def _check_extent(text: str) -> None:
    """Count values and levels, aliases followed, before any of them is made."""
    extent = _Extent()
    for event in YAML().parse(text):
        if isinstance(event, NodeEvent):
            extent.add(event)
        elif isinstance(event, CollectionEndEvent):
            extent.close()
        if extent.values > MOST:
            raise _Unreadable(f"over {MOST:,} values, aliases (*) counted as often as they are used", event)
        if extent.levels > DEEPEST:
            raise _Unreadable(f"over {DEEPEST} levels", event)


class _Extent:
    """How many values and levels the events so far stand for."""

    def __init__(self) -> None:
        self.values = self.levels = 0
        self._anchored: dict[str, tuple[int, int]] = {}    # values and levels
        self._open: list[tuple[str | None, int, int]] = []      # anchor, values before, levels outside and before

    def add(self, event: NodeEvent) -> None:
        """Count a value, or all those that an alias stands for."""
        if isinstance(event, AliasEvent):
            if event.anchor not in self._anchored:
                raise _Unreadable(f"*{event.anchor} stands for nothing, or for something that holds itself", event)
            values, levels = self._anchored[event.anchor]
            self.values += values
            self.levels = max(self.levels, len(self._open) + levels)
            return
        if isinstance(event, CollectionStartEvent):
            self._open.append((event.anchor, self.values, self.levels))
            self.levels = len(self._open)
        elif event.anchor:
            self._anchored[event.anchor] = 1, 0
        self.values += 1

    def close(self) -> None:
        """End the innermost list or mapping."""
        anchor, values, levels = self._open.pop()
        if anchor:
            self._anchored[anchor] = self.values - values, self.levels - len(self._open)
        self.levels = max(self.levels, levels)


class _Unreadable(MarkedYAMLError):
    def __init__(self, problem: str, at: Any) -> None:
        super().__init__(problem=problem, problem_mark=at.start_mark)


class _Constructor(RoundTripConstructor):
    """Values that Python cannot make are errors with a line; dates stay text."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ValueError, TypeError, ArithmeticError, AttributeError, LookupError) as error:
            reason = str(error).partition(":")[0]
            raise ConstructorError(problem=f"a value that cannot be read ({reason})",
                                   problem_mark=node.start_mark) from None
        if isinstance(value, int) and abs(value) > LARGEST:
            raise ConstructorError(problem="a number that is too large", problem_mark=node.start_mark)
        return value


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_scalar)
