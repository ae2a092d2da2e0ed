"""`predict --sort-into DIR`: images in folders of their classes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auxiliary.commands import predict
from auxiliary.deploy.class_folders import UNLIKE_FOLDER
from auxiliary.deploy.file_predictions import FilePrediction
from auxiliary.deploy.file_reading import stamp_of
from auxiliary.deploy.origin import Origin
from auxiliary.deploy.sorted_folder import SortedFolder, opened_sorted_folder

ORIGIN = Origin("small-1", 1.0, ("cat", "dog"), True)


@pytest.fixture
def photos(tmp_path, trained_root, monkeypatch) -> Path:
    """A folder `photos` in the working directory: in `one` and `two` red images of the same names, and a text."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(trained_root.images / "red", Path("photos/one"))
    Path("photos/two").mkdir()
    for number in range(20):
        shutil.copy(Path(f"photos/one/{number}.png"), Path(f"photos/two/{19 - number}.png"))
    Path("photos/notes.txt").write_text("some words")
    return Path("photos")


def files(folder: Path) -> dict[str, bytes]:
    """The visible files below a folder, with what they hold."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")}


def test_each_image_is_copied_into_the_folder_of_its_class(run_predict, photos):
    before = files(photos)
    document = json.loads(run_predict(photos, run="small", as_json=True).out)
    found = run_predict(photos, run="small", sort_into=Path("sorted"))
    assert found.error == "1 of 41 files is not an image" and "photos/notes.txt: not an image" in found.err
    assert files(photos) == before
    copies = files(Path("sorted"))
    expected = sorted((UNLIKE_FOLDER if image["unlike"] else image["class"], Path(image["file"]).read_bytes())
                      for image in document["images"])
    assert sorted((name.partition("/")[0], content) for name, content in copies.items()) == expected
    said = found.out.splitlines()[-1]
    assert said.startswith("sorted 40 images into sorted: ") and "longer names, because another image of the" in said
    renamed = [name for name in copies if "~" in name]
    assert f"; {len(renamed)} got" in said and renamed


def test_the_same_call_again_copies_nothing_twice_and_overwrites_nothing(run_predict, photos):
    run_predict(photos, run="small", sort_into=Path("sorted"))
    before = files(Path("sorted"))
    times = {name: Path("sorted", name).stat().st_ino for name in before}
    assert "40 of them were there before" in run_predict(photos, run="small", sort_into=Path("sorted")).out
    assert files(Path("sorted")) == before
    assert {name: Path("sorted", name).stat().st_ino for name in before} == times


def test_a_folder_inside_the_images_is_not_predicted(run_predict, photos):
    run_predict(photos, run="small", sort_into=photos / "sorted")
    found = run_predict(photos, run="small", sort_into=photos / "sorted")
    assert "photos/sorted: 40 files in it, where the sorted images go, are not predicted" in found.err
    assert len(files(photos / "sorted")) == 40
    error = run_predict(photos / "sorted", run="small", sort_into=photos / "sorted").error
    assert error.startswith("all images lie in photos/sorted, where the sorted ones go: name a new folder")


def test_links_lead_to_the_images(run_predict, photos):
    run_predict(photos, run="small", sort_into=Path("sorted"), link=True)
    links = list(Path("sorted").rglob("*.png"))
    assert len(links) == 40 and all(path.is_symlink() for path in links)
    assert {path.resolve() for path in links} == {path.resolve() for path in photos.rglob("*.png")}
    assert "40 of them were there" in run_predict(photos, run="small", sort_into=Path("sorted"), link=True).out


def test_an_interrupted_call_goes_on(run_predict, photos, monkeypatch):
    run_predict(photos, run="small", sort_into=Path("whole"))
    put, calls = SortedFolder.put, []

    def ending(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 20:
            raise KeyboardInterrupt
        put(*arguments)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(SortedFolder, "put", ending)
        run_predict(photos, run="small", sort_into=Path("sorted"), csv_file=Path("out.csv"))
    monkeypatch.setattr(predict, "predict_files", lambda _, batches, __: iter(
        [[FilePrediction("photos/notes.txt", (0, 0), "not an image")] for _ in batches]))
    found = run_predict(photos, run="small", sort_into=Path("sorted"), csv_file=Path("out.csv"))
    assert "; 19 of them were there before" in found.out and found.error == "1 of 41 files is not an image"
    assert files(Path("sorted")) == files(Path("whole")) and not Path("out.csv.part").exists()


@pytest.mark.parametrize(("make", "message"), [
    (lambda folder: (folder / "mine.txt").write_text("a"), "sorted holds files, and was not made by predict"),
    (lambda folder: folder.rmdir() or folder.write_text("a"), "sorted is a file: name a new folder")])
def test_another_folder_is_refused_before_tensorflow_is_loaded(run_predict, photos, monkeypatch, make, message):
    monkeypatch.setattr(predict.runtime, "load", lambda: pytest.fail("TensorFlow was loaded"))
    Path("sorted").mkdir()
    make(Path("sorted"))
    assert message in run_predict(photos, run="small", sort_into=Path("sorted")).error


def test_a_folder_of_another_run_is_refused(run_predict, photos):
    run_predict(photos, run="small", sort_into=Path("sorted"))
    before = files(Path("sorted"))
    error = run_predict(photos, run="frozen", sort_into=Path("sorted")).error
    assert error.startswith("sorted holds predictions of small-h") and error.endswith("a new folder behind --sort-into")
    assert files(Path("sorted")) == before


@pytest.fixture
def put(tmp_path) -> Callable[..., SortedFolder]:
    """Puts files of some names and contents into the folder `sorted`, all as cats: `put(("a/1.jpg", "one"), ...)`."""
    def put_all(*images: tuple[str, str], link: bool = False, score: float = 0.0) -> SortedFolder:
        with opened_sorted_folder(tmp_path / "sorted", ORIGIN, link) as into:
            for name, content in images:
                path = tmp_path / name
                path.parent.mkdir(exist_ok=True)
                if not path.exists() or path.read_text() != content:
                    path.write_text(content)
                into.put(path, FilePrediction(name, stamp_of(path), probabilities=[0.9, 0.1], score=score))
        return into

    return put_all


def test_two_images_that_are_equal_are_two_files(put, tmp_path):
    for new in (2, 0):
        into = put(("a/1.jpg", "same"), ("b/1.jpg", "same"))
        assert (into.counts, into.new, into.renamed, into.failed) == ({"cat": 2}, new, 1, {})
        assert len(files(tmp_path / "sorted")) == 2


def test_a_copy_keeps_the_time_of_the_image(put, tmp_path):
    put(("a/1.jpg", "one"))
    times = [path.stat().st_mtime_ns for path in (tmp_path / "a/1.jpg", tmp_path / "sorted/cat/1.jpg")]
    assert times[0] == times[1]


def test_an_image_that_was_added_before_another_takes_no_name_from_it(put, tmp_path):
    put(("b/1.jpg", "old"))
    into = put(("a/1.jpg", "new"), ("b/1.jpg", "old"))
    assert into.new == 1 and sorted(files(tmp_path / "sorted").values()) == [b"new", b"old"]


def test_where_both_names_are_taken_nothing_is_overwritten_and_it_is_said(put, tmp_path):
    for content in ("first", "second"):
        assert put(("a/1.jpg", content)).failed == {}
    into = put(("a/1.jpg", "third"))
    assert "other files have its name" in into.failed["a/1.jpg"] and not into.counts
    assert sorted(files(tmp_path / "sorted").values()) == [b"first", b"second"]


def test_an_image_that_has_changed_since_it_was_predicted_is_not_sorted(tmp_path):
    image = tmp_path / "1.jpg"
    image.write_text("now")
    with opened_sorted_folder(tmp_path / "sorted", ORIGIN, False) as into:
        into.put(image, FilePrediction("1.jpg", (1, 1), probabilities=[1, 0]))
        into.put(tmp_path / "2.jpg", FilePrediction("2.jpg", (1, 1), probabilities=[1, 0]))
    assert set(into.failed) == {"1.jpg", "2.jpg"} and files(tmp_path / "sorted") == {}


@pytest.mark.parametrize(("score", "folder"), [(1.5, UNLIKE_FOLDER), (0.5, "cat"), (None, "cat")])
def test_an_image_unlike_the_training_images_has_a_folder_of_its_own(put, score, folder):
    assert put(("a/1.jpg", "one"), score=score).counts == {folder: 1}


def test_copies_stay_where_links_are_asked_for_later(put, tmp_path):
    put(("a/1.jpg", "one"))
    assert put(("a/1.jpg", "one"), link=True).new == 0
    assert not (tmp_path / "sorted/cat/1.jpg").is_symlink()


def test_what_a_killed_call_left_is_removed(put, tmp_path):
    left = tmp_path / "sorted" / "cat" / f".{'0' * 32}.tmp.jpg"
    put(("a/1.jpg", "one"))
    left.write_text("half")
    put(("a/1.jpg", "one"))
    assert [path.name for path in left.parent.iterdir()] == ["1.jpg"]
