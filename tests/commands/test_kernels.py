"""Kernels of small notebooks, started for real."""

import json

import nbformat
import psutil
import pytest

from auxiliary.commands.kernels import kernels_ahead
from auxiliary.commands.notebooks import run_notebook
from auxiliary.project.open import open_project


@pytest.fixture
def notebooks(tmp_path):
    """Three notebooks that import a module in their last cell."""
    paths = []
    for number in (1, 2, 3):
        cells = [nbformat.v4.new_code_cell(source) for source in (
            "n = 1", "import sys\nprint('json.tool' in sys.modules)", "import json.tool")]
        cells[0].metadata["tags"] = ["parameters"]
        paths.append(tmp_path / f"0{number}-small.ipynb")
        nbformat.write(nbformat.v4.new_notebook(cells=cells), paths[-1])
    return paths


@pytest.fixture
def exchange(tmp_path_factory):
    return tmp_path_factory.mktemp("x")


def running(exchange):
    """The kernels whose files are in a folder."""
    processes = psutil.Process().children(recursive=True)
    return [process for process in processes if any(str(exchange) in word for word in process.cmdline())]


def test_next_kernel_starts_while_a_notebook_is_executed(notebooks, exchange):
    with kernels_ahead(notebooks, exchange) as kernels:
        counts = []
        for notebook, _ in kernels:
            counts.append((notebook, len(running(exchange))))
        assert counts == [(notebooks[0], 2), (notebooks[1], 2), (notebooks[2], 1)]
    assert running(exchange) == []


def test_kernels_have_loaded_the_imports(notebooks, exchange, tmp_path):
    project = open_project("demo", root=tmp_path / "root")
    with kernels_ahead(notebooks[:1], exchange) as kernels:
        notebook, kernel = next(kernels)
        output = run_notebook(notebook, kernel, project, {}, exchange)
    printed = json.loads(output.read_text(encoding="utf-8"))["cells"][-2]["outputs"][0]["text"]
    assert printed == ["True\n"]


def test_an_error_ends_all_kernels(notebooks, exchange):
    with pytest.raises(ZeroDivisionError), kernels_ahead(notebooks, exchange) as kernels:
        next(kernels)
        raise ZeroDivisionError
    assert running(exchange) == []
