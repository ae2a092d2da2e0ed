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

from auxiliary.commands import predict_tables
from auxiliary.core.console import PlainConsole
from auxiliary.core.paths import REPOSITORY
from auxiliary.deploy.file_predictions import FilePrediction


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
        probabilities = np.linspace(1, 0, len(categories) + 1)[:-1].tolist()
        images = [FilePrediction(file, (0, 0), probabilities=probabilities) for file in files]
        predict_tables.print_tables(PlainConsole(width=width), categories, images)
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
    monkeypatch.setattr(predict_tables, "TABLE_ROWS", 10)
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
    assert ": 40 classes (c0, c1, " in predict_tables.title(predictor)
    assert "c11 and 28 more)" in predict_tables.title(predictor)


@pytest.mark.parametrize(("words", "message"), [
    (["gone.jpg"], "error: there is no file or folder 'gone.jpg'"),
    (["*.webp"], "error: there is no file that matches '*.webp'"),
    (["README.md", "--link"], "error: --link is for sorted images: name their folder with --sort-into"),
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
    assert image["class"] in ("iris", "fern", "rose") and len(Path("out.csv").read_text().splitlines()) == 4
