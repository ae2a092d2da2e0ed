"""The command that says what is on images."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from auxiliary.commands import predict
from auxiliary.commands.predict import predict_images
from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.deploy.predictor import Answers


@pytest.fixture
def ask(trained_root, capsys, monkeypatch) -> Callable[..., SimpleNamespace]:
    """Asks about images and returns what is said: `out`, `err`, and `error`, the sentence at the end, if any.

    `run`, `root` and `as_json` are as for the command.
    """
    monkeypatch.setenv("COLUMNS", "80")

    def run(*images: object, run: str = "", as_json: bool = False, root: Path = trained_root.root) -> SimpleNamespace:
        error = ""
        try:
            predict_images(tuple(map(str, images)), run, as_json, root)
        except UserError as caught:
            error = str(caught)
        said = capsys.readouterr()
        return SimpleNamespace(out=said.out, err=said.err, error=error)

    return run


@pytest.fixture
def spoilt(tmp_path, trained_root, monkeypatch) -> list[str]:
    """Three files of which one is an image, in the folder where the command is run."""
    monkeypatch.chdir(tmp_path)
    image = (trained_root.images / "red" / "0.png").read_bytes()
    (tmp_path / "a.png").write_bytes(image)
    (tmp_path / "cut.png").write_bytes(image[:-100])
    (tmp_path / "notes.txt").write_text("some words")
    return ["notes.txt", "a.png", "cut.png"]


@pytest.mark.parametrize("key", ["small", "small_on", "frozen", "views"])
def test_of_its_test_images_a_run_says_what_it_said_then(ask, trained_root, key):
    said = trained_root.runs[key].predictions
    found = ask(*said["filepath"], run=key, as_json=True)
    images = json.loads(found.out)["images"]
    assert [image["file"] for image in images] == said["filepath"].tolist()
    assert [image["class"] for image in images] == said["predicted"].tolist()
    assert found.error == ""


def test_json_says_all_there_is_to_know(ask, trained_root):
    document = json.loads(ask(trained_root.images, run="small", as_json=True).out)
    run = trained_root.runs["small"]
    images = document.pop("images")
    assert document.pop("temperature") == pytest.approx(0.24, abs=0.2)
    assert document == {"run": run.id, "dataset": "colours", "val_accuracy": run.result.val_accuracy,
                        "classes": ["blue", "green", "red"], "problems": []}
    assert len(images) == 60
    for image in images:
        chances = image["probabilities"]
        assert list(chances) == ["blue", "green", "red"] and sum(chances.values()) == pytest.approx(1)
        assert chances[image["class"]] == max(chances.values())


def test_a_table_has_the_likeliest_classes_under_the_run_that_was_asked(ask, trained_root):
    image = trained_root.images / "red" / "7.png"
    chances = json.loads(ask(image, as_json=True).out)["images"][0]["probabilities"]
    title, *lines = ask(image).out.splitlines()
    # Of all runs the one of the best validation accuracy.
    run = trained_root.runs["frozen"]
    assert re.fullmatch(rf"{run.id} of colours: validation accuracy {run.result.val_accuracy:.3f}, "
                        r"temperature \d\.\d{3}", title)
    assert max(map(len, lines)) <= 80
    order = sorted(chances, key=chances.get, reverse=True)
    first, second, third = (f"{name} {chances[name]:.3f}" for name in order)
    assert f"{first}   {second}, {third}" in "".join(lines)


def test_what_is_no_image_is_named_and_in_nobodys_way(ask, spoilt):
    found = ask(*spoilt)
    assert "a.png" in found.out and "notes" not in found.out and "cut" not in found.out
    assert found.err.splitlines()[-2:] == ["notes.txt: not an image", "cut.png: truncated"]
    assert found.error == "2 of 3 files are no images"


def test_json_names_what_is_no_image(ask, spoilt):
    found = ask(*spoilt, as_json=True)
    document = json.loads(found.out)
    assert [image["file"] for image in document["images"]] == ["a.png"]
    assert document["problems"] == [{"file": "notes.txt", "error": "not an image"},
                                    {"file": "cut.png", "error": "truncated"}]
    assert found.error == "2 of 3 files are no images"


def test_no_image_at_all(ask, spoilt):
    found = ask("notes.txt")
    assert len(found.out.splitlines()) == 1
    assert found.error == "1 of 1 files is no image"
    assert json.loads(ask("notes.txt", as_json=True).out)["images"] == []


def test_a_folder_a_pattern_and_a_file_are_asked_once(ask, trained_root):
    folder = trained_root.images / "red"
    document = json.loads(ask(folder / "9.png", folder, f"{folder}/*.png", as_json=True).out)
    files = [Path(image["file"]).name for image in document["images"]]
    assert files == ["9.png", *sorted(f"{number}.png" for number in range(20) if number != 9)]


@pytest.fixture
def shown(monkeypatch, capsys, trained_root) -> Callable[..., list[str]]:
    """Prints tables on a terminal of 80 characters, of classes with falling probabilities; returns the lines."""
    monkeypatch.setenv("COLUMNS", "80")

    def show(files: list[str], categories: list[str]) -> list[str]:
        network = SimpleNamespace(run=trained_root.runs["small"], result=trained_root.runs["small"].result,
                                  categories=categories, temperature=1.0)
        chances = np.tile(np.linspace(1, 0, len(categories) + 1)[:-1], (len(files), 1))
        predict._print_tables(network, Answers(files, chances, {}))
        return capsys.readouterr().out.splitlines()

    return show


def test_long_names_are_folded_and_none_is_cut(shown):
    file, kinds = "images/" + 30 * "long" + ".jpg", [20 * "great" + "_auk", 20 * "common" + "_eider"]
    lines = shown([file], kinds)
    assert max(map(len, lines[1:])) <= 80
    starts = [lines[1].index(heading) for heading in ("image", "class", "next")]
    columns = ["".join(line[start:end] for line in lines[3:]).replace(" ", "")
               for start, end in zip(starts, [*starts[1:], None], strict=True)]
    assert columns == [file, f"{kinds[0]}1.000", f"{kinds[1]}0.500"]


def test_names_are_no_markup(shown):
    assert any("[red]a[/red].png" in line and ":cat: 1.000" in line for line in shown(["[red]a[/red].png"], [":cat:"]))


def test_long_tables_come_in_parts(shown, monkeypatch):
    monkeypatch.setattr(predict, "LINES", 10)
    files = [f"{number}.png" for number in range(25)]
    lines = shown(files, ["cat"])
    assert [line.split()[0] for line in lines[1:] if ".png" in line] == files
    assert sum(line.split()[:2] == ["image", "class"] for line in lines) == 3


@pytest.mark.parametrize(("words", "answer"), [
    (["gone.jpg"], "error: there is no file or folder 'gone.jpg'"),
    (["*.webp"], "error: there is no file that matches '*.webp'"),
    (["README.md", "--run", "smal"], "did you mean 'small'?"),
    (["README.md", "--root", "tests"], "holds no finished run: train one first (python -m auxiliary run demo)")])
def test_what_cannot_be_asked_is_said_before_tensorflow_is_loaded(trained_root, words, answer):
    root = [] if "--root" in words else ["--root", str(trained_root.root)]
    script = (f"import sys; sys.argv[1:] = {['predict', *words, *root]}; import auxiliary.__main__ as m\n"
              "try: m.main()\nexcept SystemExit as error: print(error.code)\n"
              "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert answer in done.stderr and done.stderr.count("\n") == 1
    assert done.stdout.splitlines() == ["1", "[]"]


def test_the_command_in_a_process_of_its_own(trained_root, spoilt):
    done = subprocess.run([sys.executable, "-m", "auxiliary", "predict", *spoilt, "--run", "small", "--json", "--root",
                           str(trained_root.root)], capture_output=True, text=True, check=False,
                          env=os.environ | {"PYTHONPATH": str(REPOSITORY)})
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["asking the network", "error: 2 of 3 files are no images"]
    assert len(json.loads(done.stdout)["images"]) == 1
