"""The command `predict`."""

import csv
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
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.deploy.predictor import FilePredictions


@pytest.fixture
def run_predict(trained_root, capsys, monkeypatch) -> Callable[..., SimpleNamespace]:
    """Runs the command and returns its output: `out`, `err`, and `error`, the message of its `UserError`, if any.

    `run`, `root`, `as_json`, `dataset` and `csv_file` are the command's options.
    """
    monkeypatch.setenv("COLUMNS", "80")

    def run(*images: object, run: str = "", as_json: bool = False, root: Path = trained_root.root,
            **options: object) -> SimpleNamespace:
        error = ""
        try:
            predict_images(tuple(map(str, images)), run, as_json, root, **options)
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
    assert re.fullmatch(rf"{run.id} of colours: 3 classes \(blue, green, red\); validation accuracy "
                        rf"{run.result.val_accuracy:.3f}, temperature \d\.\d{{3}}", title)
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
def shown(capsys) -> Callable[..., list[str]]:
    """Prints tables in a terminal of some characters, for classes of falling probability, and returns the lines."""
    def show(files: list[str], categories: list[str], width: int = 80) -> list[str]:
        probabilities = np.tile(np.linspace(1, 0, len(categories) + 1)[:-1], (len(files), 1))
        predict._print_tables(PlainConsole(width=width), categories, FilePredictions(files, probabilities, {}))
        return capsys.readouterr().out.splitlines()

    return show


@pytest.mark.parametrize(("width", "heading"), [(60, False), (130, False), (144, True)])
def test_a_file_name_is_never_broken(shown, width, heading):
    files = [f"{name}.jpg" for name in ("a day " * 16, "short")]
    lines = shown(files, ["great_auk", "common_eider"], width)
    for file in files:
        assert sum(file in line for line in lines) == 1
    assert (lines[0].split() == ["image", "class", "next"]) == heading
    if not heading:
        assert lines == [f" {files[0]}", "   great_auk 1.000   common_eider 0.500",
                         f" {files[1]}", "   great_auk 1.000   common_eider 0.500"]


def test_a_file_of_output_has_one_line_per_image(run_predict, trained_root, tmp_path):
    file = tmp_path / f"{'long' * 30}.png"
    file.write_bytes((trained_root.images / "red" / "0.png").read_bytes())
    assert sum(str(file) in line and ", " in line for line in run_predict(file).out.splitlines()) == 1


def test_names_are_not_read_as_markup(shown):
    assert any("[red]a[/red].png" in line and ":cat: 1.000" in line for line in shown(["[red]a[/red].png"], [":cat:"]))


def test_long_tables_are_split(shown, monkeypatch):
    monkeypatch.setattr(predict, "TABLE_ROWS", 10)
    files = [f"{number}.png" for number in range(25)]
    lines = shown(files, ["cat"])
    assert [line.split()[0] for line in lines if ".png" in line] == files
    assert sum(line.split()[:2] == ["image", "class"] for line in lines) == 3


def test_the_data_set_decides_which_network_answers(run_predict, trained_root, two_data_sets):
    image = trained_root.images / "red" / "0.png"
    assert run_predict(image, root=two_data_sets).error.endswith("colours, flowers (the newest run is of flowers)")
    title, *lines = run_predict(image, root=two_data_sets, dataset="flowers").out.splitlines()
    assert title.startswith("small-h0123456789ab of flowers: 3 classes (iris, fern, rose); ")
    assert {"iris", "fern", "rose"} & set(lines[-1].split())
    found = run_predict(image, root=two_data_sets, run="frozen", as_json=True)
    assert json.loads(found.out)["dataset"] == "colours"


def test_many_classes_are_counted_and_the_first_named():
    predictor = SimpleNamespace(run=SimpleNamespace(id="small"), categories=[f"c{number}" for number in range(40)],
                                result=SimpleNamespace(dataset="demo", val_accuracy=0.5), temperature=1)
    assert ": 40 classes (c0, c1, " in predict._title(predictor) and "c11 and 28 more)" in predict._title(predictor)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_a_csv_file_has_a_row_per_file(run_predict, mixed_files, tmp_path):
    file = tmp_path / "new" / "out.csv"
    found = run_predict(*mixed_files, csv_file=file)
    image, *errors = rows(file)
    assert list(image) == ["file", "class", "probability", "p:blue", "p:green", "p:red", "error", "unlike", "score"]
    assert [(row["file"], row["class"], row["p:red"], row["error"]) for row in errors] == [
        ("notes.txt", "", "", "not an image"), ("cut.png", "", "", "truncated")]
    assert found.out.splitlines()[1:] == [f"wrote {file} (1 image)"] and "cut.png: truncated" in found.err
    assert found.error == "2 of 3 files are not images"
    both = run_predict("a.png", csv_file=file, as_json=True)
    expected, = json.loads(both.out)["images"]
    image, = rows(file)
    assert (image["file"], image["class"], image["error"]) == (expected["file"], expected["class"], "")
    assert float(image["probability"]) == expected["probabilities"][expected["class"]]
    assert {name: float(image[f"p:{name}"]) for name in ("blue", "green", "red")} == expected["probabilities"]


def test_a_csv_file_among_the_images_is_none_of_them(run_predict, trained_root, tmp_path):
    folder = tmp_path / "images"
    (folder / "red").mkdir(parents=True)
    (folder / "red" / "0.png").write_bytes((trained_root.images / "red" / "0.png").read_bytes())
    for _ in range(2):
        assert run_predict(folder, csv_file=folder / "out.csv").error == ""
        assert len(rows(folder / "out.csv")) == 1


def test_a_file_name_is_no_formula_and_names_the_same_file(run_predict, trained_root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("=1+1.png", "@SUM(A1).png", "a, b.png"):
        Path(name).write_bytes((trained_root.images / "red" / "0.png").read_bytes())
    run_predict("*.png", csv_file=Path("out.csv"))
    files = [row["file"] for row in rows(Path("out.csv"))]
    assert files == ["./=1+1.png", "./@SUM(A1).png", "a, b.png"] and all(Path(file).is_file() for file in files)


@pytest.mark.parametrize(("name", "content", "message"), [
    ("image.png", None, "does not end in .csv"), ("image.png", b"image", "does not end in .csv"),
    ("labels.csv", b"file,class\na.png,cat\n", "was not written by predict"), ("empty.csv", b"", "was not written by")])
def test_a_csv_file_replaces_no_other_file(run_predict, mixed_files, tmp_path, monkeypatch, name, content, message):
    monkeypatch.setattr(predict.runtime, "load", lambda: pytest.fail("TensorFlow was loaded"))
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    assert message in run_predict("a.png", csv_file=file).error
    assert (file.read_bytes() if file.exists() else None) == content


@pytest.mark.parametrize(("words", "message"), [
    (["gone.jpg"], "error: there is no file or folder 'gone.jpg'"),
    (["*.webp"], "error: there is no file that matches '*.webp'"),
    (["README.md", "--run", "smal"], "did you mean 'small'?"),
    (["README.md", "--dataset", "colour"], "did you mean 'colours'?"),
    (["README.md", "--root", "tests"], "holds no data set: run a profile first (python -m auxiliary run demo)")])
def test_invalid_names_are_refused_before_tensorflow_is_loaded(trained_root, words, message):
    root = [] if "--root" in words else ["--root", str(trained_root.root)]
    script = (f"import sys; sys.argv[1:] = {['predict', *words, *root]}; import auxiliary.__main__ as m\n"
              "try: m.main()\nexcept SystemExit as error: print(error.code)\n"
              "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert message in done.stderr and done.stderr.count("\n") == 1
    assert done.stdout.splitlines() == ["1", "[]"]


def test_the_command_in_its_own_process_and_in_a_terminal_that_is_only_ascii(two_data_sets, mixed_files):
    Path("a.png").rename("猫.png")
    mixed_files[1] = "猫.png"
    command = [sys.executable, "-m", "auxiliary", "predict", *mixed_files, "--dataset", "flowers", "--run", "small",
               "--json", "--csv", "out.csv", "--root", str(two_data_sets)]
    ascii_only = {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(command, capture_output=True, encoding="ascii", check=False,
                          env=os.environ | ascii_only | {"PYTHONPATH": str(REPOSITORY)})
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["predicting", "error: 2 of 3 files are not images"]
    image, = json.loads(done.stdout)["images"]
    assert image["class"] in ("iris", "fern", "rose") and len(rows(Path("out.csv"))) == 3
