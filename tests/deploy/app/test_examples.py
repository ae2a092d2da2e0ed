"""The example images of the page, and the files that never become one."""

import os
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.core.paths import processed_folders
from auxiliary.deploy.app import models
from auxiliary.deploy.app.examples import EXAMPLES, example_images, examples_of
from auxiliary.deploy.app.models import Networks
from auxiliary.runs.run import Run


def test_each_data_set_has_its_own(both, two_data_sets):
    examples = examples_of(both, processed_folders(two_data_sets))
    assert list(examples) == ["colours", "flowers"]
    for name, files in examples.items():
        assert len(files) == 3 and all(f"/data/{name}/processed/" in file for file in files)
    assert examples_of(both, []) == {}


def test_those_of_another_damaged_data_set_are_left_out(two_data_sets, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(models, "load_predictor", lambda *_: SimpleNamespace(why=""))
    folders = sorted(shutil.copytree(two_data_sets / "models", tmp_path / "models").iterdir())
    runs = [next(folder.glob(pattern)) for folder, pattern in zip(folders, ("frozen-*", "small-*"), strict=True)]
    (runs[0] / "predictions-test.csv").write_text("damaged")
    own = processed_folders(two_data_sets)
    assert list(examples_of(Networks(Run(runs[1]), folders), own)) == ["flowers"]
    assert capsys.readouterr().out.startswith(f"no examples of colours: {runs[0] / 'predictions-test.csv'} was changed")
    with pytest.raises(UserError, match="was changed since training"):
        examples_of(Networks(Run(runs[0]), folders), own)


def test_examples_are_existing_images_of_different_classes(tmp_path):
    files = [tmp_path / f"{number}.png" for number in range(24)]
    for file in files[::2]:
        Image.new("RGB", (2, 2)).save(file)
    categories = [f"c{number // 2:02}" for number in range(24)]
    predictions = pd.DataFrame({"filepath": map(str, files), "category": categories})
    assert example_images(predictions, [tmp_path]) == [str(file) for file in files[::2][:EXAMPLES]]
    assert example_images(predictions[1::2], [tmp_path]) == []
    assert example_images(predictions, []) == []


def test_no_other_file_becomes_an_example(tmp_path, monkeypatch):
    """A run from elsewhere names files; `own` is where images may lie."""
    own, outside = tmp_path / "own", tmp_path / "outside"
    own.mkdir()
    outside.mkdir()
    Image.new("RGB", (2, 2)).save(outside / "secret.png")
    Image.new("RGB", (2, 2)).save(own / "fine.png")
    (own / "link.png").symlink_to(outside / "secret.png")
    (own / "folder").symlink_to(outside)
    (own / "circle.png").symlink_to(own / "circle.png")
    (own / "text.png").write_text("a password")
    os.mkfifo(own / "pipe.png")
    with (own / "huge.png").open("wb") as file:
        file.write((own / "fine.png").read_bytes())
        file.truncate(2**40)    # takes no space
    monkeypatch.chdir(outside)
    named = ["secret.png", outside / "secret.png", own / "link.png", own / "folder" / "secret.png", own / "circle.png",
             own / "text.png", own / "pipe.png", own / "huge.png", own / ".." / "outside" / "secret.png", own, "",
             "/etc/hostname", "/dev/zero", own / ("x" * 5000), f"{own}/a\0b.png", "file:///etc/hostname"]
    predictions = pd.DataFrame({"filepath": map(str, named), "category": [str(number) for number in range(len(named))]})
    assert example_images(predictions, [own]) == []
    (tmp_path / "linked").symlink_to(own)
    fine = predictions.assign(filepath=str(tmp_path / "linked" / "fine.png"))
    for folder in (own, tmp_path / "linked"):
        assert set(example_images(fine, [folder])) == {str(own / "fine.png")}
