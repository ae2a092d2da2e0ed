"""Small notebooks, executed for real; the project's notebooks are executed in tests/notebooks."""

import contextlib
import inspect
import json
import os
import re
import shutil
import sys

import jupyter_client.client
import nbformat
import papermill
import pytest

from auxiliary.commands.kernels import kernels_ahead, progress_file
from auxiliary.commands.notebooks import find_notebooks, run_notebook
from auxiliary.core.errors import UserError
from auxiliary.core.progress import PROGRESS_FILE
from auxiliary.project.open import open_project


@pytest.fixture
def project(tmp_path):
    return open_project("demo", root=tmp_path)


@pytest.fixture
def execute(project, tmp_path, tmp_path_factory):
    """Runs a notebook of the given cells; the first cell holds its parameters."""
    def run(*cells: str, **parameters):
        first, *others = [nbformat.v4.new_code_cell(cell) for cell in cells]
        first.metadata["tags"] = ["parameters"]
        notebook = nbformat.v4.new_notebook(cells=[first, *others], metadata={
            "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}})
        path = tmp_path / "07-small.ipynb"
        nbformat.write(notebook, path)
        exchange = tmp_path_factory.mktemp("x")
        with kernels_ahead([path], exchange) as kernels:
            notebook, kernel = next(kernels)
            return run_notebook(notebook, kernel, project, parameters, exchange), exchange

    return run


def outputs(notebook) -> str:
    cells = nbformat.read(notebook, as_version=4).cells
    return "".join(output.get("text", "") for cell in cells if cell.cell_type == "code" for output in cell.outputs)


def test_a_path_with_braces_is_a_path(project, tmp_path):
    folder = tmp_path / "{my} {0} images"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('fine')")], metadata={
        "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}})
    (folder / "x").mkdir(parents=True)
    nbformat.write(notebook, folder / "07-small.ipynb")
    with kernels_ahead([folder / "07-small.ipynb"], folder / "x") as kernels:
        assert outputs(run_notebook(*next(kernels), project, {}, folder / "x")) == "fine\n"


def test_a_kernel_that_does_not_start_is_a_sentence(execute, monkeypatch):
    def wait(notebook: str, output: str, *_: object, **options: object) -> None:
        shutil.copyfile(notebook, output)    # as papermill does before it executes anything
        raise RuntimeError(f"Kernel didn't respond in {options['start_timeout']} seconds")

    assert "Kernel didn't respond in" in inspect.getsource(jupyter_client.client)
    monkeypatch.setattr(papermill, "execute_notebook", wait)
    with pytest.raises(UserError, match="has not started within 10 min"):
        execute("print('late')")


def test_all_notebooks_in_order():
    assert [path.name for path in find_notebooks()] == [
        "01-preprocessing.ipynb", "02-scratch-cnns.ipynb", "03-transfer-learning.ipynb"]


@pytest.mark.parametrize(("only", "numbers"), [
    ("02", ["02"]), ("2", ["02"]), ("03, 01", ["01", "03"]), ("1,1", ["01"])])
def test_notebooks_by_number(only, numbers):
    assert [path.name[:2] for path in find_notebooks(only)] == numbers


def test_unknown_number_is_refused():
    with pytest.raises(UserError, match=r"unknown notebook '04'.*valid: 01, 02, 03"):
        find_notebooks("04")


def test_notebook_runs_with_its_parameters_in_this_environment(execute, project, tmp_path, monkeypatch):
    monkeypatch.delenv(PROGRESS_FILE, raising=False)
    notebook, exchange = execute(
        "n, names = 1, {}",
        "import os, sys\nfrom auxiliary.core.progress import Progress\n"
        "with Progress('count', 3) as progress: progress.advance()\n"
        "print(n + 1, names, sys.executable, os.getcwd())", n=5, names={"epochs": 2})
    assert notebook == project.paths.assets / "07-small.ipynb"
    assert outputs(notebook).startswith("6 ")
    assert f"{{'epochs': 2}} {sys.executable} {tmp_path}" in outputs(notebook)
    last = progress_file(exchange).read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["done"] == 1


@pytest.mark.parametrize("end", ["pass", "1 / 0", "import os; os._exit(1)"])
def test_earlier_notebook_is_unchanged_until_the_end(execute, project, end):
    earlier = project.paths.assets / "07-small.ipynb"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("whole", encoding="utf-8")
    read = f"from pathlib import Path\nprint(Path({str(earlier)!r}).read_text(), os.listdir({str(earlier.parent)!r}))"
    with contextlib.nullcontext() if end == "pass" else pytest.raises(UserError, match=re.escape(str(earlier))):
        execute("import os", read, read, end)
    assert outputs(earlier) == 2 * "whole ['07-small.ipynb']\n"
    assert list(earlier.parent.iterdir()) == [earlier]


def test_sockets_are_in_the_exchange_folder(execute):
    notebook, exchange = execute(
        "n = 1", "from ipykernel.connect import get_connection_info\nprint(get_connection_info(unpack=True)['ip'])")
    assert outputs(notebook).strip() == str(exchange / "07")


def test_user_error_is_its_message_and_the_path_of_the_notebook(execute, project):
    with pytest.raises(UserError) as caught:
        execute("n = 1", "from auxiliary.core.errors import UserError\nraise UserError('the folder is empty: fill it')")
    output = project.paths.assets / "07-small.ipynb"
    assert str(caught.value).startswith("the folder is empty: fill it\n")
    assert str(output) in str(caught.value)
    assert output.exists()


def test_other_error_has_its_type(execute):
    with pytest.raises(UserError, match=r"^ZeroDivisionError: division by zero\n\(cell 1 "):
        execute("n = 1 / 0")


def test_dead_kernel_is_reported(execute):
    with pytest.raises(UserError, match=r"the kernel that ran 07-small\.ipynb died"):
        execute("import os\nos._exit(1)")


def test_kernel_dead_before_its_first_answer_is_reported(execute, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif 'ipykernel_launcher' in sys.orig_argv: os._exit(1)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(UserError, match=r"the kernel that ran 07-small\.ipynb died"):
        execute("n = 1")
