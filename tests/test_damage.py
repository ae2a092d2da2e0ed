"""A finished run of which a file was changed: every command that reads the file names it; no other is in the way."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auxiliary.commands.cli import command
from auxiliary.core.errors import UserError
from auxiliary.data.catalogue import catalogue
from auxiliary.data.duplicates import add_duplicate_groups
from auxiliary.project.open import open_project
from auxiliary.runs.run import Run
from auxiliary.training.train_all import train_all
from tests.colours import open_text
from tests.images import clean_table_of

PROFILE = """
dataset: {folder}
name: colours
image_size: 16
batch_size: 8
scratch:
  - {{model_id: small, learning_rate: 0.02, epochs: 1, net: conv(4) | gap}}
"""


def give(*words: str) -> Callable[[Path], object]:
    """A function that gives the command in this process, in a root."""
    return lambda root: command([*words, "--root", str(root)], standalone_mode=False)


def predict(root: Path) -> None:
    give("predict", str(root / "image.png"))(root)


def train(root: Path) -> None:
    """What `run` does in its notebooks."""
    project = open_project(str(root / "profile.yaml"), root=root)
    train_all(project.profile.experiments, project)


# What each command reads of a run, besides its result.
PREDICTIONS = ("predictions-val.csv", "predictions-test.csv")
READERS: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "report": (give("report"), ("recipe.json", "history.csv", "layers.csv", *PREDICTIONS, "grad-cam.npz")),
    "slides": (give("slides"), ("recipe.json", "layers.csv", *PREDICTIONS)),
    "results": (give("results"), PREDICTIONS[1:]),
    "robustness": (give("robustness"), ("model.keras", "recipe.json")),
    "predict": (predict, ("model.keras", "recipe.json", PREDICTIONS[0])),
    "export": (give("export", "small", "--to", "keras"), ("model.keras", "recipe.json", *PREDICTIONS)),
    "run": (train, ("recipe.json", "history.csv", "layers.csv", *PREDICTIONS, "model.keras", "grad-cam.npz",
                    "convolution.npz")),
    "reproduce": (give("reproduce", "small"), ("recipe.json", "history.csv", PREDICTIONS[1])),
}


def change(file: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.fixture(scope="module")
def trained(image_folder, divide, tmp_path_factory) -> Path:
    """A root with one finished run."""
    folder, root = image_folder({"green": 20, "blue": 20, "red": 20}), tmp_path_factory.mktemp("root")
    project = open_text(PROFILE.format(folder=folder), root)
    # Where no image is refused, but not among those that a manifest must name.
    images = project.paths.processed / "made"
    shutil.copytree(folder, images)
    clean = clean_table_of(images)
    project.save_table(catalogue(folder), "overview")
    project.save_table(add_duplicate_groups(clean), "clean")
    divide(project, clean)
    shutil.copyfile(folder / "red" / "0.png", root / "image.png")
    train_all(project.profile.experiments, project)
    return root


@pytest.fixture
def root(trained, tmp_path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(trained, tmp_path / "root")


def run_in(root: Path) -> Run:
    folder, = (root / "models" / "colours").glob("small-*")
    return Run(folder)


@pytest.mark.parametrize("reader", [name for name in READERS if name not in ("export", "reproduce")])
def test_a_whole_run_is_read_whatever_lies_beside_its_files(root, reader):
    (run_in(root).folder / "notes.txt").write_text("mine", encoding="utf-8")
    READERS[reader][0](root)


@pytest.mark.parametrize("edit", [change, Path.unlink], ids=["changed", "deleted"])
@pytest.mark.parametrize(("reader", "name"), [(reader, name) for reader, (_, names) in READERS.items()
                                              for name in names])
def test_a_command_names_the_file_that_it_cannot_use(root, reader, name, edit):
    file = run_in(root).folder / name
    edit(file)
    before = (root / "results.csv").read_bytes()
    with pytest.raises(UserError, match=f"^{file} (was changed since training|is missing): remove the folder "):
        READERS[reader][0](root)
    assert (root / "results.csv").read_bytes() == before


@pytest.mark.parametrize("reader", READERS)
def test_every_command_refuses_a_result_that_was_edited(root, reader):
    file = run_in(root).result_file
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"test_images": ', '"test_images": 1'), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    with pytest.raises(UserError, match=f"^{file} was changed since training: remove the folder "):
        READERS[reader][0](root)


def test_a_removed_folder_is_made_anew(root):
    shutil.rmtree(run_in(root).folder)
    give("report")(root)
    train(root)
    run_in(root).check()


def test_a_damaged_executed_notebook_is_named_and_the_report_written(root, capsys):
    notebook = root / "assets" / "colours" / "02-scratch-cnns.ipynb"
    notebook.parent.mkdir(parents=True, exist_ok=True)
    notebook.write_bytes(b"{")
    give("report")(root)
    assert "python -m auxiliary report colours" in notebook.with_name("report.html").read_text(encoding="utf-8")
    assert f"left out: {notebook} cannot be read" in capsys.readouterr().out
