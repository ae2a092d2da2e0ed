"""The command `predict`."""

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
from auxiliary.deploy.predictor import FilePredictions


@pytest.fixture
def run_predict(trained_root, capsys, monkeypatch) -> Callable[..., SimpleNamespace]:
    """Runs the command and returns its output: `out`, `err`, and `error`, the message of its `UserError`, if any.

    `run`, `root` and `as_json` are the command's options.
    """
    monkeypatch.setenv("COLUMNS", "80")

    def run(*images: object, run: str = "", as_json: bool = False, root: Path = trained_root.root) -> SimpleNamespace:
        error = ""
        try:
            predict_images(tuple(map(str, images)), run, as_json, root)
        except UserError as caught:
            error = str(caught)
        printed = capsys.readouterr()
        return SimpleNamespace(out=printed.out, err=printed.err, error=error)

    return run


@pytest.fixture
def mixed_files(tmp_path, trained_root, monkeypatch) -> list[str]:
    """Three files, one of them an image, in the working directory."""
    monkeypatch.chdir(tmp_path)
    image = (trained_root.images / "red" / "0.png").read_bytes()
    (tmp_path / "a.png").write_bytes(image)
    (tmp_path / "cut.png").write_bytes(image[:-100])
    (tmp_path / "notes.txt").write_text("some words")
    return ["notes.txt", "a.png", "cut.png"]


@pytest.mark.parametrize("key", ["small", "small_on", "frozen", "views"])
def test_predictions_for_the_test_images_are_those_of_the_run(run_predict, trained_root, key):
    expected = trained_root.runs[key].predictions
    found = run_predict(*expected["filepath"], run=key, as_json=True)
    images = json.loads(found.out)["images"]
    assert [image["file"] for image in images] == expected["filepath"].tolist()
    assert [image["class"] for image in images] == expected["predicted"].tolist()
    assert found.error == ""


def test_json_has_the_run_and_all_probabilities(run_predict, trained_root):
    document = json.loads(run_predict(trained_root.images, run="small", as_json=True).out)
    run = trained_root.runs["small"]
    images = document.pop("images")
    assert document.pop("temperature") == pytest.approx(0.24, abs=0.2)
    assert document == {"run": run.id, "dataset": "colours", "val_accuracy": run.result.val_accuracy,
                        "classes": ["blue", "green", "red"], "errors": []}
    assert len(images) == 60
    for image in images:
        probabilities = image["probabilities"]
        assert list(probabilities) == ["blue", "green", "red"] and sum(probabilities.values()) == pytest.approx(1)
        assert probabilities[image["class"]] == max(probabilities.values())


def test_a_table_has_the_likeliest_classes_below_the_name_of_the_run(run_predict, trained_root):
    image = trained_root.images / "red" / "7.png"
    probabilities = json.loads(run_predict(image, as_json=True).out)["images"][0]["probabilities"]
    title, *lines = run_predict(image).out.splitlines()
    # By default the run of the best validation accuracy.
    run = trained_root.runs["frozen"]
    assert re.fullmatch(rf"{run.id} of colours: validation accuracy {run.result.val_accuracy:.3f}, "
                        r"temperature \d\.\d{3}", title)
    assert max(map(len, lines)) <= 80
    order = sorted(probabilities, key=probabilities.get, reverse=True)
    first, second, third = (f"{name} {probabilities[name]:.3f}" for name in order)
    assert f"{first}   {second}, {third}" in "".join(lines)


def test_files_that_are_not_images_are_printed_and_skipped(run_predict, mixed_files):
    found = run_predict(*mixed_files)
    assert "a.png" in found.out and "notes" not in found.out and "cut" not in found.out
    assert found.err.splitlines()[-2:] == ["notes.txt: not an image", "cut.png: truncated"]
    assert found.error == "2 of 3 files are not images"


def test_json_lists_files_that_are_not_images(run_predict, mixed_files):
    found = run_predict(*mixed_files, as_json=True)
    document = json.loads(found.out)
    assert [image["file"] for image in document["images"]] == ["a.png"]
    assert document["errors"] == [{"file": "notes.txt", "error": "not an image"},
                                  {"file": "cut.png", "error": "truncated"}]
    assert found.error == "2 of 3 files are not images"


def test_without_any_image(run_predict, mixed_files):
    found = run_predict("notes.txt")
    assert len(found.out.splitlines()) == 1
    assert found.error == "1 of 1 files is not an image"
    assert json.loads(run_predict("notes.txt", as_json=True).out)["images"] == []


def test_an_image_named_by_file_folder_and_pattern_is_predicted_once(run_predict, trained_root):
    folder = trained_root.images / "red"
    document = json.loads(run_predict(folder / "9.png", folder, f"{folder}/*.png", as_json=True).out)
    files = [Path(image["file"]).name for image in document["images"]]
    assert files == ["9.png", *sorted(f"{number}.png" for number in range(20) if number != 9)]


@pytest.fixture
def shown(monkeypatch, capsys, trained_root) -> Callable[..., list[str]]:
    """Prints tables in a terminal of 80 characters, for classes of falling probability, and returns the lines."""
    monkeypatch.setenv("COLUMNS", "80")

    def show(files: list[str], categories: list[str]) -> list[str]:
        predictor = SimpleNamespace(run=trained_root.runs["small"], result=trained_root.runs["small"].result,
                                  categories=categories, temperature=1.0)
        probabilities = np.tile(np.linspace(1, 0, len(categories) + 1)[:-1], (len(files), 1))
        predict._print_tables(predictor, FilePredictions(files, probabilities, {}))
        return capsys.readouterr().out.splitlines()

    return show


def test_long_names_are_wrapped_and_not_cut(shown):
    file, kinds = "images/" + 30 * "long" + ".jpg", [20 * "great" + "_auk", 20 * "common" + "_eider"]
    lines = shown([file], kinds)
    assert max(map(len, lines[1:])) <= 80
    starts = [lines[1].index(heading) for heading in ("image", "class", "next")]
    columns = ["".join(line[start:end] for line in lines[3:]).replace(" ", "")
               for start, end in zip(starts, [*starts[1:], None], strict=True)]
    assert columns == [file, f"{kinds[0]}1.000", f"{kinds[1]}0.500"]


def test_names_are_not_read_as_markup(shown):
    assert any("[red]a[/red].png" in line and ":cat: 1.000" in line for line in shown(["[red]a[/red].png"], [":cat:"]))


def test_long_tables_are_split(shown, monkeypatch):
    monkeypatch.setattr(predict, "TABLE_ROWS", 10)
    files = [f"{number}.png" for number in range(25)]
    lines = shown(files, ["cat"])
    assert [line.split()[0] for line in lines[1:] if ".png" in line] == files
    assert sum(line.split()[:2] == ["image", "class"] for line in lines) == 3


@pytest.mark.parametrize(("words", "message"), [
    (["gone.jpg"], "error: there is no file or folder 'gone.jpg'"),
    (["*.webp"], "error: there is no file that matches '*.webp'"),
    (["README.md", "--run", "smal"], "did you mean 'small'?"),
    (["README.md", "--root", "tests"], "holds no finished run: train one first (python -m auxiliary run demo)")])
def test_invalid_names_are_refused_before_tensorflow_is_loaded(trained_root, words, message):
    root = [] if "--root" in words else ["--root", str(trained_root.root)]
    script = (f"import sys; sys.argv[1:] = {['predict', *words, *root]}; import auxiliary.__main__ as m\n"
              "try: m.main()\nexcept SystemExit as error: print(error.code)\n"
              "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert message in done.stderr and done.stderr.count("\n") == 1
    assert done.stdout.splitlines() == ["1", "[]"]


def test_the_command_in_its_own_process(trained_root, mixed_files):
    command = [sys.executable, "-m", "auxiliary", "predict", *mixed_files, "--run", "small", "--json",
               "--root", str(trained_root.root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env=os.environ | {"PYTHONPATH": str(REPOSITORY)})
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["predicting", "error: 2 of 3 files are not images"]
    assert len(json.loads(done.stdout)["images"]) == 1
