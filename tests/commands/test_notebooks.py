"""Notebooks of one or two cells, executed for real; those of the project are run in tests/notebooks."""

import contextlib
import io
import json
import os
import re
import sys
import time
from dataclasses import asdict

import nbformat
import pytest
from rich.console import Console

from auxiliary.commands.notebooks import Watch, find_notebooks, progress_file, run_notebook
from auxiliary.core import progress as piece
from auxiliary.core.errors import UserError
from auxiliary.core.progress import PROGRESS_FILE, State
from auxiliary.project.open import open_project


@pytest.fixture
def project(tmp_path):
    return open_project("demo", root=tmp_path)


@pytest.fixture
def execute(project, tmp_path, tmp_path_factory):
    """Runs a notebook of the given cells, the first of them its parameters."""
    def run(*cells: str, **parameters):
        first, *others = [nbformat.v4.new_code_cell(cell) for cell in cells]
        first.metadata["tags"] = ["parameters"]
        notebook = nbformat.v4.new_notebook(cells=[first, *others], metadata={
            "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}})
        path = tmp_path / "07-small.ipynb"
        nbformat.write(notebook, path)
        exchange = tmp_path_factory.mktemp("x")
        return run_notebook(path, project, parameters, exchange), exchange

    return run


def outputs(notebook) -> str:
    cells = nbformat.read(notebook, as_version=4).cells
    return "".join(output.get("text", "") for cell in cells if cell.cell_type == "code" for output in cell.outputs)


def test_the_three_notebooks_in_order():
    assert [path.name for path in find_notebooks()] == [
        "01-preprocessing.ipynb", "02-scratch-cnns.ipynb", "03-transfer-learning.ipynb"]


@pytest.mark.parametrize(("only", "numbers"), [
    ("02", ["02"]), ("2", ["02"]), ("03, 01", ["01", "03"]), ("1,1", ["01"])])
def test_some_notebooks_by_their_numbers(only, numbers):
    assert [path.name[:2] for path in find_notebooks(only)] == numbers


def test_a_number_that_no_notebook_has():
    with pytest.raises(UserError, match=r"unknown notebook '04'.*valid: 01, 02, 03"):
        find_notebooks("04")


def test_a_notebook_runs_with_its_parameters_in_this_environment(execute, project, tmp_path, monkeypatch):
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
def test_the_earlier_one_stays_whole_until_the_end(execute, project, end):
    earlier = project.paths.assets / "07-small.ipynb"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("whole", encoding="utf-8")
    look = f"from pathlib import Path\nprint(Path({str(earlier)!r}).read_text(), os.listdir({str(earlier.parent)!r}))"
    with contextlib.nullcontext() if end == "pass" else pytest.raises(UserError, match=re.escape(str(earlier))):
        execute("import os", look, look, end)
    assert outputs(earlier) == 2 * "whole ['07-small.ipynb']\n"
    assert list(earlier.parent.iterdir()) == [earlier]


def test_its_sockets_are_its_own(execute):
    notebook, exchange = execute(
        "n = 1", "from ipykernel.connect import get_connection_info\nprint(get_connection_info(unpack=True)['ip'])")
    assert outputs(notebook).strip() == str(exchange / "kernel")


def test_a_users_mistake_is_its_sentence_and_the_notebook_to_look_at(execute, project):
    with pytest.raises(UserError) as caught:
        execute("n = 1", "from auxiliary.core.errors import UserError\nraise UserError('the folder is empty: fill it')")
    output = project.paths.assets / "07-small.ipynb"
    assert str(caught.value).startswith("the folder is empty: fill it\n")
    assert str(output) in str(caught.value)
    assert output.exists()


def test_any_other_error_is_named_by_its_kind(execute):
    with pytest.raises(UserError, match=r"^ZeroDivisionError: division by zero\n\(cell 1 "):
        execute("n = 1 / 0")


def test_a_kernel_that_dies_is_said_to_have_died(execute):
    with pytest.raises(UserError, match=r"the kernel that ran 07-small\.ipynb died"):
        execute("import os\nos._exit(1)")


def test_a_kernel_that_dies_before_it_answers_is_said_to_have_died_too(execute, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif 'ipykernel_launcher' in sys.orig_argv: os._exit(1)\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(UserError, match=r"the kernel that ran 07-small\.ipynb died"):
        execute("n = 1")


@pytest.fixture
def output():
    return io.StringIO()


@pytest.fixture
def file(tmp_path):
    return tmp_path / "progress"


@pytest.fixture
def watch(output, file):
    return Watch(Console(file=output, force_terminal=False), file, notebooks=2)


def state(label: str, done: int = 0, note: str = "") -> str:
    event = "step" if done else "begin"
    return json.dumps(asdict(State(label, done, 9, "epoch", note, event))) + "\n"


def follow(watch, file, *pieces: str) -> None:
    """Let the watch look after each piece that a kernel appends."""
    for text in pieces:
        with file.open("a", encoding="utf-8") as progress:
            progress.write(text)
        watch._update()


def test_each_piece_of_work_is_said_once(watch, file, output):
    watch.begin("02-scratch-cnns")
    follow(
        watch, file, state("experiment 1"), state("experiment 1", 1), state("experiment 1", 2), state("experiment 2")
    )
    assert output.getvalue().splitlines() == ["02-scratch-cnns", "  experiment 1", "  experiment 2"]


def test_what_passes_between_two_looks_is_said_too(watch, file, output):
    follow(watch, file, state("experiment 1") + state("experiment 1", 9) + state("experiment 2"))
    assert output.getvalue().splitlines() == ["  experiment 1", "  experiment 2"]


def test_long_work_is_said_again_on_one_line_without_control_codes(watch, file, output, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(piece, "monotonic", lambda: now)
    label = "experiment 2 of 4: conv4invto128_dense256_upsamp_small_finetune"
    follow(watch, file, state(label))
    now += 100
    follow(watch, file, state(label, 5, "validation accuracy 0.912"))
    assert output.getvalue().splitlines() == [
        f"  {label}", f"  {label}: 5 of 9 epochs, about 80 s left, validation accuracy 0.912"]
    assert "\x1b" not in output.getvalue() and "\r" not in output.getvalue()


def test_half_a_line_is_waited_for(watch, file, output):
    whole = state("café [bold] :cat:")
    follow(watch, file, whole[:-5])
    assert output.getvalue() == ""
    follow(watch, file, whole[-5:] + state("experiment 2")[:9], state("experiment 2")[9:])
    assert output.getvalue().splitlines() == ["  café [bold] :cat:", "  experiment 2"]


def test_no_file_yet_is_no_news(watch, output):
    watch._update()
    assert output.getvalue() == ""


def test_it_looks_by_itself_while_it_is_shown(watch, file, output):
    with watch.shown():
        file.write_text(state("experiment 1"), encoding="utf-8")
        deadline = time.monotonic() + 10
        while not output.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)
    assert output.getvalue() == "  experiment 1\n"


def test_the_last_news_is_not_missed(watch, file, output):
    with watch.shown():
        file.write_text(state("experiment 1"), encoding="utf-8")
    assert output.getvalue() == "  experiment 1\n"


def test_a_terminal_gets_a_bar_and_no_lines(file, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = io.StringIO()
    watch = Watch(Console(file=terminal, force_terminal=True, width=80), file, notebooks=2)
    with watch.shown():
        watch.begin("02-scratch-cnns")
        follow(watch, file, state("experiment 1", 3))
        watch._terminal._live.refresh()
    drawn = terminal.getvalue()
    assert "02-scratch-cnns (notebook 1 of 2)" in drawn and "experiment 1" in drawn and "3 of 9 epochs" in drawn


def test_a_terminal_that_cannot_draw_gets_lines(file, monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    terminal = io.StringIO()
    watch = Watch(Console(file=terminal, force_terminal=True, width=80), file, notebooks=2)
    watch.begin("02-scratch-cnns")
    follow(watch, file, state("experiment 1"))
    assert terminal.getvalue().splitlines() == ["02-scratch-cnns", "  experiment 1"]
