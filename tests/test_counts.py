"""Counts that people read have separators of thousands, in the package, the tools and the notebooks."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from auxiliary.core.paths import REPOSITORY

COUNTING = {"len", "sum", "nunique", "count"}
# Parts of names, a column of results.csv, and shapes of arrays are no text for people. Another text in `dataset` would
# make every run one of other code.
OTHERS = {"auxiliary/data/dataset.py: len(sizes)",
          "auxiliary/config/experiment.py: len(list(same))",
          "auxiliary/networks/operations/residual.py: len(self._convolutions(1))",
          "auxiliary/commands/export.py: len(predictor.categories)",
          "auxiliary/commands/export_int8.py: len(predictor.categories)"}


def sources() -> Iterator[tuple[str, str]]:
    """Each file with its program."""
    for folder in ("auxiliary", "tools"):
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            yield path.relative_to(REPOSITORY).as_posix(), path.read_text(encoding="utf-8")
    for path in sorted((REPOSITORY / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield path.name, "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")


def bare_counts(source: str) -> list[str]:
    """The counts in texts of a program that are written without a format."""
    return [ast.unparse(node.value) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FormattedValue)
            and isinstance(node.value, ast.Call) and not node.format_spec
            and getattr(node.value.func, "id", getattr(node.value.func, "attr", "")) in COUNTING]


def test_every_count_in_a_text_has_separators():
    found = {f"{name}: {count}" for name, source in sources() for count in bare_counts(source)}
    assert found == OTHERS, "write {len(images):,}, or `counted(len(images), 'image')`"


@pytest.mark.parametrize(("program", "counts"), [
    ("f'{len(files)} files'", ["len(files)"]), ("f'{table.isna().sum()}'", ["table.isna().sum()"]),
    ("f'{len(files):,} files, {names[len(files)]}'", [])])
def test_a_bare_count_is_found(program, counts):
    assert bare_counts(program) == counts


def test_there_are_programs():
    assert len({Path(name).suffix for name, _ in sources()}) == 2
