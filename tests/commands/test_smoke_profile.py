
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.commands.smoke_images import copy_few, find_originals, images_per_class
from auxiliary.commands.smoke_profile import missing_weights, shorten, start_at_random, write_profile
from auxiliary.config.choose import PROFILES
from auxiliary.config.loader import load_profile
from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError
from auxiliary.core.text import one_line
from auxiliary.data.layout import find_layout
from auxiliary.data.splitting.split import split
from auxiliary.data.walk import walk
from auxiliary.networks import pretrained
from auxiliary.project.open import open_project
from tests.colours import open_text
from tests.names import NAMES, WORDS

PROFILE = """
dataset: flowers
image_size: 64
seeds: [3, 4]
sampling: largest
augment: flip
split: {fractions: [0.8, 0.1, 0.1]}
scratch:
  - {model_id: a, published_accuracy: [0.5, 0.6], learning_rate: 0.01, epochs: 80, patience: 5, net: conv(4) | gap}
  - {model_id: b, parent: a, learning_rate: 0.01, epochs: 3}
  - {model_id: c, key: "no", parent: b, learning_rate: 0.01, epochs: 0, tta: augmented(2), note: "1e-3, of course: [x]"}
  - {model_id: d, learning_rate: 0.01, epochs: 2, net: conv(4) | gap}
transfer:
  - {model_id: e, backbone: MobileNetV2, head: gap, learning_rate: 0.01, epochs: 2, image_size: 96}
  - {model_id: f, parent: e, tune_last: all, learning_rate: 0.01, epochs: 2}
  - {model_id: g, backbone: ResNet50V2, weights: random, head: gap, learning_rate: 0.01, epochs: 2}
"""


@pytest.fixture
def project(tmp_path):
    def opened(experiments="*", **overrides):
        return open_text(PROFILE, tmp_path, experiments, overrides, root=tmp_path / "root")

    return opened


def test_only_epochs_and_seeds_differ(project):
    project = project()
    short = shorten(project, "flowers")
    assert [experiment.epochs for experiment in short.experiments] == [1, 1, 0, 1, 1, 1, 1]
    assert {experiment.seeds for experiment in short.experiments} == {(0,)}
    assert short.scratch[0].published_accuracy == 0.5
    what = {"epochs", "seeds", "published_accuracy"}
    assert [experiment.model_dump(exclude=what) for experiment in short.experiments] == [
        experiment.model_dump(exclude=what) for experiment in project.profile.experiments]


def test_experiments_come_with_their_parents(project):
    assert [experiment.key for experiment in shorten(project("no,f"), "flowers").experiments] == [
        "a",
        "b",
        "no",
        "e",
        "f",
    ]


def test_overrides_are_kept(project):
    short = shorten(project(image_size=48, batch_size=4, **{"split.random_state": 7}), "flowers")
    assert (short.image_size, short.scratch[3].batch_size, short.split.random_state) == (48, 4, 7)


@pytest.mark.parametrize("name", [None, *sorted(path.stem for path in PROFILES.glob("*.yaml"))])
def test_what_is_written_is_read_back(project, tmp_path, name):
    short = shorten(project() if name is None else open_project(name, overrides={"dataset": "flowers"}, root=tmp_path),
                    "flowers")
    write_profile(short, tmp_path / "short.yaml")
    assert load_profile(str(tmp_path / "short.yaml")) == short


@given(st.text(min_size=1).filter(lambda text: text == one_line(text)) | st.sampled_from(NAMES), st.sampled_from(WORDS))
def test_so_is_any_name_of_a_folder(tmp_path_factory, dataset, name):
    file = tmp_path_factory.getbasetemp() / "smoke-test.yaml"
    write_profile(Profile(dataset=dataset, name=name), file)
    assert load_profile(str(file)) == Profile(dataset=dataset, name=name)


def test_weights_that_cannot_be_downloaded_become_random_ones(project, monkeypatch):
    loaded = []

    def load(name, image_size):
        loaded.append(name)
        raise UserError("they are nowhere")

    monkeypatch.setattr(pretrained, "load_backbone", load)
    short = shorten(project(), "flowers")
    missing = missing_weights(short)
    # A child takes its parent's weights, and random weights need no download.
    assert loaded == ["MobileNetV2"]
    assert missing == {"MobileNetV2": "they are nowhere"}
    assert [experiment.weights for experiment in start_at_random(short, missing).transfer] == [
        "random",
        "random",
        "random",
    ]


def test_weights_that_are_there_are_used():
    """EfficientNet-Lite0's come with a package."""
    short = shorten(open_project("demo"), "demo")
    assert missing_weights(short) == {}
    assert start_at_random(short, {}) == short


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("fractions", "count"), [
    ((0.7, 0.2, 0.1), 14), ((0.8, 0.1, 0.1), 15), ((0.9, 0.05, 0.05), 30)])
def test_so_many_images_per_class_can_be_split(fractions, count, opened):
    assert images_per_class(fractions) == count
    clean = replace(opened).train.groupby("category").sample(count, replace=True, random_state=0)
    splits = split(clean.reset_index(drop=True), fractions)
    assert all(df["category"].nunique() == 3 for df in splits)


def test_images_are_spread_over_each_class_and_copied_as_they_are(tmp_path):
    for number in range(10):
        file = tmp_path / "raw" / "cat" / f"{number % 2}" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(number))
    (tmp_path / "raw" / "dog").mkdir()
    (tmp_path / "raw" / "dog" / "one.png").write_text("one")
    (tmp_path / "raw" / "readme.txt").write_text("no image")
    copy_few(tmp_path / "raw", tmp_path / "few", 4)
    # 0, 2, 4, 6, 8, then 1, 3, 5, 7, 9: the order of their paths.
    assert tree(tmp_path / "few") == {"cat/0/0.png": b"0", "cat/0/4.png": b"4", "cat/1/1.png": b"1",
                                      "cat/1/5.png": b"5", "dog/one.png": b"one"}


def test_a_fixed_test_set_stays_one(image_folder, tmp_path):
    for part in ("train", "test"):
        image_folder({"cat": 5, "dog": 5}).rename(tmp_path / part)
    few = tmp_path.with_name("few")
    copy_few(tmp_path, few, 3)
    entries = walk(few, find_layout(few))
    assert {(entry.publisher_split, entry.folder) for entry in entries} == {
        ("train", "cat"), ("train", "dog"), ("test", "cat"), ("test", "dog")}
    assert len(entries) == 12


class TestWhereTheyComeFrom:
    @pytest.fixture
    def source(self, image_folder, tmp_path):
        """A zip of images."""
        folder = image_folder({"cat": 3, "dog": 3})
        with zipfile.ZipFile(tmp_path / "images.zip", "w") as bundle:
            for file in sorted(folder.rglob("*.png")):
                bundle.write(file, file.relative_to(folder))
        return tmp_path / "images.zip"

    def test_the_users_own_folder_is_read_in_place(self, image_folder, tmp_path):
        folder = image_folder({"cat": 3, "dog": 3})
        project = open_project("flowers", overrides={"dataset": str(folder)}, root=tmp_path / "root")
        assert find_originals(project, tmp_path / "spare") == folder
        assert not project.paths.root.exists()

    def test_images_of_an_earlier_run_are_taken(self, image_folder, tmp_path, source, capsys):
        project = open_project("flowers", overrides={"source": str(source)}, root=tmp_path / "root")
        project.paths.data.mkdir(parents=True)
        image_folder({"cat": 3, "dog": 3}).rename(project.paths.raw)
        before = tree(project.paths.root)
        assert find_originals(project, tmp_path / "spare") == project.paths.raw
        assert tree(project.paths.root) == before
        assert "is not read" in capsys.readouterr().out

    def test_otherwise_they_are_fetched_but_not_into_the_users_root(self, tmp_path, source):
        project = open_project("flowers", overrides={"source": str(source)}, root=tmp_path / "root")
        found = find_originals(project, tmp_path / "spare")
        assert found.is_relative_to(tmp_path / "spare")
        assert len(tree(found)) == 6
        assert not project.paths.root.exists()
