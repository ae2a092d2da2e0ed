from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY, Paths, find_root, processed_folders, with_home

PATHS = Paths(Path("root"), "demo", image_size=28, split="group-5")


@pytest.mark.parametrize(("name", "expected"), [
    ("data", "data/demo"),
    ("raw", "data/demo/raw-img"),
    ("processed", "data/demo/processed/28"),
    ("images", "data/demo/processed/28/images"),
    ("tables", "data/demo/processed/28/group-5"),
    ("features", "data/demo/processed/28/features/group-5"),
    ("activations", "data/demo/processed/28/activations/group-5"),
    ("models", "models/demo"),
    ("assets", "assets/demo"),
    ("results", "results.csv"),
])
def test_every_path_lies_below_the_root(name, expected):
    assert getattr(PATHS, name) == Path("root") / expected


@pytest.mark.parametrize(("root", "text"), [
    (REPOSITORY, "python -m auxiliary report 'my images'"),
    (Path("/a root"), "python -m auxiliary report 'my images' --root '/a root'")])
def test_a_command_can_be_pasted_whatever_the_root(root, text):
    assert Paths(root, "my images").command("report", "my images") == text
    assert Paths(root, "my images").command_for_others("report", "my images") == text.replace("'/a root'", "DIR")


def test_images_tables_and_features_of_two_sizes_never_meet():
    other = replace(PATHS, image_size=40)
    for name in ("processed", "images", "tables", "features"):
        one, two = getattr(PATHS, name), getattr(other, name)
        assert not one.is_relative_to(two)
        assert not two.is_relative_to(one)
    assert PATHS.table("train") == PATHS.tables / "train.csv" != other.table("train")


def test_tables_with_label_fixes_lie_apart_and_share_what_does_not_depend_on_labels():
    fixed = replace(PATHS, fixes="h0123456789ab")
    assert fixed.tables != PATHS.tables
    assert (fixed.images, fixed.features, fixed.activations) == (PATHS.images, PATHS.features, PATHS.activations)


def test_own_images_are_read_in_place_and_everything_else_lies_below_the_root():
    own = Paths(Path("root"), "pets", own=Path("mine/pets"))
    assert own.raw == Path("mine/pets")
    assert own.processed.parent == Path("root/data/pets/processed")


def test_paths_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        PATHS.root = Path("elsewhere")


def test_repository_is_the_folder_that_holds_the_package():
    assert (REPOSITORY / "auxiliary" / "core" / "paths.py").is_file()
    assert (REPOSITORY / "pyproject.toml").is_file()


def test_home_folders_are_found(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert with_home("~/images") == find_root("~/images") == tmp_path / "images"
    assert with_home("images/~x") == Path("images/~x")


@pytest.mark.parametrize("find", [with_home, find_root])
def test_home_of_nobody_is_a_sentence(find):
    with pytest.raises(UserError, match="'~nobody-of-that-name/x' cannot be found"):
        find("~nobody-of-that-name/x")


def test_processed_folders_are_found_through_links(tmp_path):
    (tmp_path / "disk" / "demo" / "processed").mkdir(parents=True)
    (tmp_path / "disk" / "other").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "data").symlink_to(tmp_path / "disk")
    assert processed_folders(tmp_path / "root") == [tmp_path / "root" / "data" / "demo" / "processed"]
    assert processed_folders(tmp_path / "none") == []
