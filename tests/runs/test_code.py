"""The code that can change a run's figures has a fingerprint, and other code is told from it."""

import ast
from pathlib import Path

import pytest

from auxiliary.core.paths import REPOSITORY
from auxiliary.runs.code import CODE, code_fingerprint, normal_form, other_code
from auxiliary.runs.run import Run

PACKAGE = REPOSITORY / "auxiliary"
# What that code imports besides: it names and writes files, draws, checks resources, prints.
OTHERS = {
    "config": {"ensemble", "experiment", "profile", "transfer"},
    "core": {"collection", "cuda", "environment", "errors", "files", "paths", "progress", "resources", "spec",
             "streams", "text", "unpickle"},
    "data": {"tables"},
    "data.processing": {"manifest", "phash"},
    "data.reading": {"inspect_files", "jpeg_segments", "largest"},
    "data.splitting": {"split_record"},
    "evaluation": {"convolution", "grad_cam"},
    "networks": {"batch_norm", "costs", "hub_names", "layer_costs", "memory", "summary"},
    "project": {"project", "specs"},
    "reporting": {"style", "training_figure"},
    "runs": {"code", "result", "run"},
    "training": {"identity", "job"},
}
PROGRAM = '''
"""A module."""
def double(number: int) -> int:
    """Twice a number."""
    return 2 * number
'''


def imported(module: str) -> set[str]:
    """The package's modules that one of them imports, such as `data.epochs`."""
    tree = ast.parse((PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    names = [(node.module, name.name) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
             for name in node.names if node.module.startswith("auxiliary.")]
    found = {candidate.removeprefix("auxiliary.") for pair in names for candidate in (pair[0], ".".join(pair))}
    return {name for name in found if (PACKAGE / f"{name.replace('.', '/')}.py").is_file()}


def test_whatever_this_code_imports_is_known_to_change_figures_or_not():
    listed = {f"{folder.replace('/', '.')}.{name}" for folder, names in CODE.items() for name in names}
    others = {f"{folder}.{name}" for folder, names in OTHERS.items() for name in names}
    unknown = {name for module in listed for name in imported(module)} - listed - others
    assert not unknown, "add these to CODE, or to OTHERS if they cannot change a run's figures"


def test_comments_docstrings_and_formatting_do_not_count():
    other = "def double(number:int)->int:  # fast\n    return (2*\n      number)\n"
    assert normal_form(other) == normal_form(PROGRAM)


@pytest.mark.parametrize(("old", "new"), [
    ("2 * number", "3 * number"), ("2 * number", "number * 2"), ("2 * number", "2.0 * number"), ("2 * number", "'2'"),
    ("def double", "def twice"), ("number: int", "number: int = 1")])
def test_what_a_program_does_counts(old, new):
    assert old in PROGRAM
    assert normal_form(PROGRAM.replace(old, new)) != normal_form(PROGRAM)


@pytest.fixture
def finished(tmp_path, result):
    """Makes a finished run: `finished("child", code="h1", parent="small")`."""
    def make(name: str, code: str | None, parent: str | None = None) -> Run:
        run = Run(tmp_path / name)
        run.begin({"parent": parent, "commit": f"of-{name}"} | ({"code": code} if code else {}))
        run.finish(result)
        return run

    return make


def test_a_run_of_this_code_is_told_from_those_of_other_code(finished):
    assert other_code(finished("small", code_fingerprint())) == ""
    assert other_code(finished("older", "h0123456789ab")) == "trained by other code, commit of-older"
    assert other_code(finished("before", None)) == "trained by other code, commit of-before"


def test_the_code_of_parents_counts(finished):
    now = code_fingerprint()
    finished("first", "h0123456789ab")
    finished("second", now, "first")
    assert other_code(finished("third", now, "second")) == "its parent first was trained by other code, commit of-first"
    assert other_code(finished("orphan", now, "gone")) == ""


def test_every_file_of_the_code_is_there():
    assert all(Path(PACKAGE, folder, f"{name}.py").is_file() for folder, names in CODE.items() for name in names)
