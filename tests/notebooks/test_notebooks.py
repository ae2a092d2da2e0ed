"""The three notebooks on a small folder of images, run as their user runs them: by the command."""

import ast
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from auxiliary.core.parallel import Processes
from auxiliary.core.paths import REPOSITORY
from auxiliary.project.open import open_project
from auxiliary.project.prepare import prepare
from auxiliary.runs.results_csv import read_results

NAMES = ["01-preprocessing", "02-scratch-cnns", "03-transfer-learning"]
PROFILE = """
dataset: {folder}
name: pets
image_size: 32
scratch:
  - {{model_id: small, learning_rate: 0.01, epochs: 1, net: conv(4) | gap}}
transfer:
  - {{model_id: lite0, backbone: EfficientNetLite0, head: gap, learning_rate: 0.01, epochs: 1}}
"""


@dataclass(frozen=True)
class Session:
    """What two runs of the command in a row left behind; the second one leaves out notebook 01."""

    root: Path
    folder: Path
    before: dict
    first: subprocess.CompletedProcess
    second: subprocess.CompletedProcess
    executed: dict[str, str]    # what the notebooks' cells printed in the first run, by the notebook's name
    again: dict[str, str]       # and in the last

    @property
    def assets(self) -> Path:
        return self.root / "assets" / "pets"


def command(*arguments: object, cwd: Path) -> subprocess.CompletedProcess:
    # Wide enough for its tables.
    environment = os.environ | {"COLUMNS": "160"}
    return subprocess.run([sys.executable, "-m", "auxiliary", "run", *map(str, arguments)], cwd=cwd, env=environment,
                          capture_output=True, text=True, timeout=300)


def content(folder: Path) -> dict:
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def tables(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (root / "data").rglob("*.csv")}


def printed(notebook: Path) -> str:
    """All that the cells of an executed notebook wrote: text, warnings, and the plain form of tables."""
    cells = nbformat.read(notebook, as_version=4).cells
    return "\n".join(output.get("text", "") or output.get("data", {}).get("text/plain", "")
                     for cell in cells if cell.cell_type == "code" for output in cell.outputs)


@pytest.fixture(scope="module")
def session(image_folder, tmp_path_factory) -> Session:
    folder = image_folder({"cat": 14, "dog": 12, "eel": 10}, size=80, suffix="jpg")
    (folder / "cat" / "broken.jpg").write_bytes(b"not an image")
    root, elsewhere = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "pets.yaml").write_text(PROFILE.format(folder=folder), encoding="utf-8")
    before = content(folder)
    runs = []
    for words in ((), ("--only", "02,03")):
        done = command("pets.yaml", "--root", root, *words, cwd=elsewhere)
        assert done.returncode == 0, done.stderr
        runs.append((done, {name: printed(root / "assets" / "pets" / f"{name}.ipynb") for name in NAMES}))
    return Session(root, folder, before, runs[0][0], runs[1][0], runs[0][1], runs[1][1])


def test_one_row_of_results_a_run(session):
    results = read_results(session.root / "results.csv")
    assert results["key"].tolist() == ["small", "lite0"]
    assert results["stage"].tolist() == ["scratch", "transfer"]
    assert (results["dataset"] == "pets").all()
    assert results["accuracy"].between(0, 1).all()


def test_the_tables_and_figures_are_there(session):
    assert {path.stem for path in (session.root / "data" / "pets").glob("*.csv")} == {
        "overview", "clean", "train", "val", "test", "suspects"}
    figures = {path.stem for path in session.assets.glob("*.png")}
    assert {"classes", "sizes", "examples", "near-duplicates", "largest-group", "augmentation", "scratch-comparison",
            "scratch-scores", "scratch-confusion", "scratch-calibration", "scratch-mistakes", "scratch-grad-cam",
            "convolution", "transfer-confusion", "transfer-calibration", "transfer-mistakes", "transfer-grad-cam",
            "suspects", "image-map", "comparison", "trade-off", "robustness", "predictions"} <= figures
    assert len(list((session.root / "models" / "pets").glob("*/result.json"))) == 2


def test_prepare_writes_the_tables_of_notebook_01(session, tmp_path):
    (tmp_path / "pets.yaml").write_text(PROFILE.format(folder=session.folder), encoding="utf-8")
    project = open_project(str(tmp_path / "pets.yaml"), root=tmp_path)
    prepare(project)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in project.paths.data.rglob("*") if path.is_file()}
    assert {path.stem for path in made} > {"overview", "clean", "train", "val", "test", "split", "images"}
    assert made == {path: (session.root / path).read_bytes() for path in made}


def test_a_run_ends_in_pages(session):
    assert {page.stem for page in session.assets.glob("*.html")} == {"report", *NAMES}
    report = (session.assets / "report.html").read_text(encoding="utf-8")
    assert all(said in report for said in ("lite0", "small", "1 of 37 files were left out", "python -m auxiliary run"))
    assert f"  {session.assets / 'report.html'}\n" in session.first.stdout
    executed = (session.assets / "01-preprocessing.html").read_text(encoding="utf-8")
    assert "1 of 37 files are left out" in executed


def test_a_bad_image_is_left_out_and_counted(session):
    overview = pd.read_csv(session.root / "data" / "pets" / "overview.csv", keep_default_na=False)
    bad = overview[overview["error"] != ""]
    assert [Path(file).name for file in bad["filepath"]] == ["broken.jpg"]
    assert "1 of 37 files are left out" in session.executed["01-preprocessing"]
    assert len(pd.read_csv(session.root / "data" / "pets" / "clean.csv")) == 36


def test_ones_own_folder_is_left_as_it_was(session):
    assert content(session.folder) == session.before


def test_the_command_says_what_it_will_do_and_what_came_of_it(session):
    said = session.first.stdout
    assert said.index("To train") < said.index("01-preprocessing\n") < said.index("02-scratch-cnns\n")
    assert "on this machine" in said
    assert "the best network from scratch, small, reaches a test accuracy of" in said
    written = said.partition("written:\n")[2].partition("\n\n")[0].split()
    assert str(session.root / "results.csv") in written
    assert all(Path(path).exists() for path in written)


def test_progress_is_said_once_each(session):
    lines = [line.strip() for line in session.first.stdout.splitlines()]
    for label in ("preprocess", "experiment 1 of 1: small", "experiment 1 of 1: lite0"):
        assert lines.count(label) == 1


def test_nothing_is_written_to_standard_error(session):
    assert session.first.stderr + session.second.stderr == ""


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_warns(session, name):
    cells = nbformat.read(session.assets / f"{name}.ipynb", as_version=4).cells
    streams = [output for cell in cells if cell.cell_type == "code" for output in cell.outputs
               if output.output_type == "stream"]
    assert [output.text for output in streams if output.name == "stderr"] == []
    assert "Warning" not in session.executed[name]


def test_a_second_run_reads_back_what_the_first_made(session):
    assert len(read_results(session.root / "results.csv")) == 2
    for name, key in (("02-scratch-cnns", "small"), ("03-transfer-learning", "lite0")):
        assert f"{key}: validation accuracy" in session.again[name]
        assert "(read back)" in session.again[name]
        assert "(read back)" not in session.executed[name]
    answer = session.first.stdout.partition("\nOn pets")[2].partition("written:")[0]
    assert answer and answer in session.second.stdout


def test_the_model_and_its_batches_are_shown_before_training(session):
    printed = session.executed["02-scratch-cnns"]
    assert "sampling mean: 26 training images before, 24 after" in printed
    assert "images: (8, 32, 32, 3), float32" in printed
    assert printed.index('Model: "scratch_small"') < printed.index("small: validation accuracy")


def test_an_ensemble_alone_is_shown_by_its_members(session, tmp_path):
    more = ("transfer:", "  - {model_id: wide, learning_rate: 0.01, epochs: 1, net: conv(6) | gap}\n"
                         "  - {model_id: both, ensemble: [small, wide]}\ntransfer:")
    (tmp_path / "pets.yaml").write_text(PROFILE.format(folder=session.folder).replace(*more), encoding="utf-8")
    prepare(open_project(str(tmp_path / "pets.yaml"), root=tmp_path), Processes(1))
    done = command("pets.yaml", "--root", tmp_path, "--only", "02", "-e", "both", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    cells = printed(tmp_path / "assets" / "pets" / "02-scratch-cnns.ipynb")
    assert 'Model: "scratch_small"' in cells and "both: validation accuracy" in cells
    folders = "|".join(folder.name for folder in (tmp_path / "models" / "pets").glob("[sw]*-h*"))
    assert len(re.findall(rf"^(?:{folders})", cells, re.MULTILINE)) == 2


def test_each_notebook_closes_with_what_was_learnt(session):
    for name, learnt in zip(NAMES, ("1 of 37 files were left out: not an image (1). By class: cat 1 of 15.",
                                    "small reaches a test accuracy of",
                                    "the best network from scratch, small, reaches"), strict=True):
        assert learnt in " ".join(session.again[name].split())


@pytest.mark.parametrize("name", ["01-preprocessing", "03-transfer-learning"])
def test_finished_notebooks_load_no_tensorflow_and_write_the_same_tables(session, tmp_path, name):
    """Runs the cells in a plain Python, where what was imported can be seen; notebook 02 builds a model."""
    before = tables(session.root)
    (tmp_path / "pets.yaml").write_text(PROFILE.format(folder=session.folder), encoding="utf-8")
    given = f"profile, root = {str(tmp_path / 'pets.yaml')!r}, {str(session.root)!r}"
    parameters, *others = [cell.source for cell in committed(name) if cell.cell_type == "code"]
    script = [parameters, given, *others, "import sys", "print('tensorflow' in sys.modules)"]
    done = subprocess.run([sys.executable, "-c", "\n".join(script)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
    assert tables(session.root) == before


def test_a_failing_notebook_is_its_error_and_where_to_look(image_folder, tmp_path):
    folder = image_folder({"cat": 12, "dog": 2})
    (tmp_path / "pets.yaml").write_text(PROFILE.format(folder=folder), encoding="utf-8")
    done = command("pets.yaml", "--root", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: too few images to split, 10 per category are needed: dog has 2")
    notebook = tmp_path / "out" / "assets" / "pets" / "01-preprocessing.ipynb"
    assert str(notebook) in done.stderr and notebook.is_file()
    assert "Traceback" not in done.stderr
    assert not (notebook.parent / "02-scratch-cnns.ipynb").exists()
    assert not (tmp_path / "out" / "results.csv").exists()


def test_papermill_alone_refuses_a_parameter_that_does_not_exist(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "papermill", REPOSITORY / "notebooks" / "01-preprocessing.ipynb", "out.ipynb",
         "-p", "profil", "demo", "--no-progress-bar"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "unknown parameter 'profil': did you mean 'profile'?" in done.stderr


def committed(name: str) -> list:
    return nbformat.read(REPOSITORY / "notebooks" / f"{name}.ipynb", as_version=4).cells


@pytest.mark.parametrize("name", NAMES)
class TestAsTheyAreCommitted:
    def test_cells_are_short_and_define_nothing(self, name):
        for cell in committed(name):
            if cell.cell_type == "code":
                assert len(cell.source.splitlines()) <= 15
                kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
                assert not kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda}

    def test_all_imports_are_in_one_cell(self, name):
        cells = [ast.parse(cell.source).body for cell in committed(name) if cell.cell_type == "code"]
        importing = [body for body in cells if any(isinstance(node, ast.Import | ast.ImportFrom) for node in body)]
        assert len(importing) == 1
        assert all(isinstance(node, ast.Import | ast.ImportFrom) for node in importing[0])

    def test_they_hold_more_prose_than_code_and_no_outputs(self, name):
        code = [cell for cell in committed(name) if cell.cell_type == "code"]
        prose = [cell for cell in committed(name) if cell.cell_type == "markdown"]
        assert sum(len(cell.source.split()) for cell in prose) > sum(len(cell.source.split()) for cell in code)
        assert all(cell.outputs == [] and cell.execution_count is None for cell in code)

    def test_their_parameters_are_those_of_the_command(self, name):
        tagged = [cell for cell in committed(name) if "parameters" in cell.metadata.get("tags", [])]
        assert [node.targets[0].id for node in ast.parse(tagged[0].source).body] == [
            "profile", "experiments", "overrides", "root"]
        assert len(tagged) == 1

    def test_they_are_json_that_any_kernel_opens(self, name):
        notebook = json.loads((REPOSITORY / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        nbformat.validate(nbformat.from_dict(notebook))
