"""Whether images were changed after notebook 01 listed them."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from auxiliary.commands.changes import have_changed
from auxiliary.data.catalogue import catalogue
from auxiliary.project.open import open_project
from auxiliary.project.project import Project


@pytest.fixture
def project(image_folder, tmp_path) -> Project:
    """A folder of images, one of them damaged, as it was listed at 1000 s; its files are older, or of the future."""
    folder = image_folder({"cat": 3, "dog": 3}).rename(tmp_path / "pets")
    (folder / "cat" / "bad.png").write_bytes(b"")
    (folder / "empty").mkdir()
    for file in folder.rglob("*.png"):
        os.utime(file, (0, 0))
    os.utime(folder / "dog" / "2.png", (2**32, 2**32))
    project = open_project(str(folder), root=tmp_path / "root")
    project.save_table(catalogue(folder), "overview")
    os.utime(project.paths.table("overview"), (1000, 1000))
    return project


def add(folder: Path) -> None:
    shutil.copy2(folder / "cat" / "0.png", folder / "cat" / "new.png")


def remove(folder: Path) -> None:
    (folder / "cat" / "0.png").unlink()


def move(folder: Path) -> None:
    (folder / "cat" / "0.png").rename(folder / "dog" / "from-cat.png")


def write(folder: Path) -> None:
    shutil.copyfile(folder / "cat" / "0.png", folder / "cat" / "1.png")
    os.utime(folder / "cat" / "1.png", (2000, 2000))


@pytest.mark.parametrize("change", [add, remove, move, write])
def test_a_change_is_found(project, change):
    assert not have_changed(project)
    change(project.paths.own)
    assert have_changed(project)


def test_hidden_files_and_another_place_are_no_change(project, tmp_path):
    (project.paths.own / "cat" / ".DS_Store").touch()
    (tmp_path / "elsewhere").mkdir()
    moved = project.paths.own.rename(tmp_path / "elsewhere" / "pets")
    assert not have_changed(replace(project, paths=replace(project.paths, own=moved)))


def test_labels_that_were_written_are_a_change(image_folder, tmp_path):
    folder = image_folder({"photos": 2})
    labels = folder / "labels.csv"
    labels.write_text("file,label\nphotos/0.png,cat\nphotos/1.png,dog\n", encoding="utf-8")
    project = open_project(str(folder), root=tmp_path / "root")
    project.save_table(catalogue(folder), "overview")
    assert not have_changed(project)
    listed = project.paths.table("overview").stat().st_mtime
    os.utime(project.paths.table("overview"), (listed - 9, listed - 9))
    for image in folder.rglob("*.png"):
        os.utime(image, (0, 0))
    assert have_changed(project)


def test_without_a_list_nothing_has_changed(project):
    remove(project.paths.own)
    project.paths.table("overview").write_bytes(b"")
    assert not have_changed(project)
    project.paths.table("overview").unlink()
    assert not have_changed(project)
