"""Sources of the original images, and their order."""

import dataclasses
import shutil
import zipfile
from pathlib import Path

import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.paths import Paths
from auxiliary.data import fetch as sources
from auxiliary.data.fetch import DATA_SETS, fetch, find_images

FOLDERS = ["cat/a.jpg", "dog/deep/b.jpg"]


def fill(folder: Path, names: list[str]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def paths(tmp_path) -> Paths:
    return Paths(tmp_path / "root", "flowers")


@pytest.fixture
def publisher(monkeypatch) -> list[Path]:
    """Replace the publisher of `flowers`; the list holds the folders that it filled."""
    filled = []

    def answer(folder: Path) -> None:
        filled.append(fill(folder, ["flower_photos/LICENSE.txt", *(f"flower_photos/{name}" for name in FOLDERS)]))

    monkeypatch.setitem(DATA_SETS, "flowers", dataclasses.replace(DATA_SETS["flowers"], fill=answer))
    return filled


def test_a_filled_folder_wins_and_a_sentence_tells(paths, publisher, capsys):
    fill(paths.raw, FOLDERS)
    assert fetch(paths) == paths.raw
    assert capsys.readouterr().out == ""
    fetch(paths, "elsewhere")
    assert "elsewhere is not read" in capsys.readouterr().out
    assert (files(paths.raw), publisher) == (FOLDERS, [])


def test_a_named_folder_is_copied_and_never_written(paths, publisher, tmp_path):
    source = fill(tmp_path / "mine", [*FOLDERS, "LICENSE.txt", "train.csv"])
    source.chmod(0o555)
    assert files(fetch(paths, source)) == [*FOLDERS, "train.csv"]
    assert (paths.data / "LICENSE.txt").exists()
    assert not (paths.data / "train.csv").exists(), "the data set's own tables live there"
    assert files(source) == sorted([*FOLDERS, "LICENSE.txt", "train.csv"])
    assert publisher == []


def test_a_named_zip_is_unpacked(paths, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as bundle:
        for name in ("LICENSE.txt", "raw-img/test/cat/a.jpg", "raw-img/train/cat/b.jpg"):
            bundle.writestr(name, name)
    assert files(fetch(paths, str(tmp_path / "a.zip"))) == ["test/cat/a.jpg", "train/cat/b.jpg"]
    assert (paths.data / "LICENSE.txt").read_text() == "LICENSE.txt"
    assert not list(paths.data.glob("*.partial"))


def test_last_the_publisher_is_asked_and_only_once(paths, publisher):
    assert files(fetch(paths)) == FOLDERS
    assert (paths.data / "LICENSE.txt").exists()
    fetch(paths)
    assert len(publisher) == 1


def test_a_failing_publisher_leaves_no_folder(paths, monkeypatch):
    def fail(folder: Path) -> None:
        fill(folder, FOLDERS)
        raise UserError("the network is gone")

    monkeypatch.setitem(DATA_SETS, "flowers", dataclasses.replace(DATA_SETS["flowers"], fill=fail))
    with pytest.raises(UserError, match="gone"):
        fetch(paths)
    assert not paths.raw.exists()
    assert not list(paths.data.glob("*.partial"))


def test_a_killed_fetch_starts_afresh(paths, publisher):
    fill(paths.data / "raw-img.partial" / "fresh", ["half/c.jpg"])
    assert files(fetch(paths)) == FOLDERS
    assert not list(paths.data.glob("*.partial"))


@pytest.mark.parametrize(("layout", "root"), [
    (["cat/a.jpg", "dog/b.jpg"], "."),
    (["train/cat/a.jpg", "test/cat/a.jpg"], "."),
    (["flower_photos/cat/a.jpg", "flower_photos/dog/b.jpg", "README.md"], "flower_photos"),
    (["one/two/cat/a.jpg", "one/two/dog/b.jpg"], "one/two"),
    (["raw-img/cat/a.jpg", "tables/train/x.csv"], "raw-img"),
    (["archive/raw-img/cat/a.jpg", "archive/tables/x.csv", "other/x.csv"], "archive/raw-img"),
    (["cat/a.jpg"], "."),
    (["cat/a.jpg", ".git/config"], "."),
])
def test_the_image_root_is_found(tmp_path, layout, root):
    assert find_images(fill(tmp_path, layout)) == tmp_path / root


@pytest.mark.parametrize("layout", [[], ["a.jpg"], [".hidden/a.jpg"]])
def test_a_source_without_folders_of_images_is_refused(paths, tmp_path, layout):
    (tmp_path / "mine").mkdir()
    with pytest.raises(UserError, match="one folder of images per class is needed"):
        fetch(paths, fill(tmp_path / "mine", layout))
    assert not paths.raw.exists()


def test_a_link_to_a_folder_is_refused_and_a_link_to_a_file_copied(paths, tmp_path):
    source = fill(tmp_path / "mine", FOLDERS)
    (source / "cat" / "c.jpg").symlink_to(source / "cat" / "a.jpg")
    assert "cat/c.jpg" in files(fetch(paths, source))
    (source / "bird").symlink_to(source / "cat")
    with pytest.raises(UserError, match="bird is a link"):
        fetch(Paths(tmp_path / "other", "flowers"), source)


def test_a_raw_folder_that_holds_only_loose_files_is_an_error(paths):
    fill(paths.raw, ["a.jpg"])
    with pytest.raises(UserError, match="holds no images in folders"):
        fetch(paths)
    assert files(paths.raw) == ["a.jpg"]


def test_a_missing_source_and_an_unknown_data_set_are_named(paths, tmp_path):
    with pytest.raises(UserError, match=r"there is no .*nowhere"):
        fetch(paths, tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"did you mean 'flowers'.* path of a folder"):
        fetch(Paths(tmp_path, "flower"))


def test_an_own_folder_is_checked_and_left_alone(tmp_path):
    own = fill(tmp_path / "pets", FOLDERS)
    own.chmod(0o555)
    assert fetch(Paths(tmp_path / "root", "pets", own)) == own
    assert files(own) == FOLDERS


def test_two_own_folders_of_one_name_are_kept_apart(tmp_path):
    first, second = fill(tmp_path / "a" / "pets", FOLDERS), fill(tmp_path / "b" / "pets", FOLDERS)
    fetch(Paths(tmp_path / "root", "pets", first))
    with pytest.raises(UserError, match=f"was made from {first}.*give {second} another `name`"):
        fetch(Paths(tmp_path / "root", "pets", second))
    shutil.rmtree(first)
    assert fetch(Paths(tmp_path / "root", "pets", second)) == second


@pytest.mark.parametrize(("layout", "source", "message"), [
    ([], None, "is not a folder"),
    (["a.jpg"], None, "one folder of images per class is needed"),
    (FOLDERS, "a.zip", "leave out `source`"),
])
def test_an_own_folder_that_cannot_be_read_is_an_error(tmp_path, layout, source, message):
    fill(tmp_path / "pets", layout)
    with pytest.raises(UserError, match=message):
        fetch(Paths(tmp_path / "root", "pets", tmp_path / "pets"), source)


def test_every_data_set_tells_what_to_do_without_a_network():
    assert sorted(DATA_SETS) == ["animals10", "cifar10", "demo", "flowers"]
    for name, data_set in DATA_SETS.items():
        assert data_set.name == name
        assert name == "demo" or f"data/{name}/raw-img/" in data_set.advice
        assert name == "demo" or f"run {name} -p source PATH" in data_set.advice
    assert sources.DATA_SETS["animals10"].names["scoiattolo"] == "squirrel"


@pytest.mark.parametrize(("name", "count"), [("animals10", 4808), ("flowers", 735)])
def test_real_archives(tmp_path, name, count):
    archive = Path(__file__).resolve().parents[2] / f"../shared/data/{name}-raw-img.zip"
    if not archive.exists():
        pytest.skip(f"{archive.name} is not here")
    assert len(files(fetch(Paths(tmp_path, name), archive))) == count
