import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.data.labels.match import match_labels
from auxiliary.data.labels.paths import relative_paths


@pytest.fixture
def match(tmp_path):
    """Matches rows (file, class and perhaps part) with files; gives each file's class, or why it has none."""

    def by_file(rows, files, folder=tmp_path):
        table = match_labels(labels_of(rows, folder), files, folder)
        assert table["file"].tolist()[:len(files)] == files
        return {file: error or category for file, category, error
                in zip(table["file"], table["category"], table["error"], strict=True)}

    return by_file


def labels_of(rows, folder):
    files, classes, parts = zip(*((*row, "")[:3] for row in rows), strict=True)
    return pd.DataFrame({"file": relative_paths(files, folder), "category": classes, "publisher_split": parts,
                         "csv": "labels.csv", "error": ""}, dtype="str")


ABSENT, UNLISTED = "is in labels.csv, but there is no such file", "not in labels.csv"
SEVERAL = "is in labels.csv, but several files of that name are there: write its path from there on"


def test_the_columns_of_the_table(tmp_path):
    table = match_labels(labels_of([("a.jpg", "cat", "test"), ("c.jpg", "dog", "train")], tmp_path),
                         ["b.jpg", "a.jpg"], tmp_path)
    assert list(table.columns) == ["file", "category", "publisher_split", "error"]
    assert table.to_numpy().tolist() == [
        ["b.jpg", "", "", UNLISTED], ["a.jpg", "cat", "test", ""], ["c.jpg", "dog", "train", ABSENT]]
    assert (table.dtypes == "str").all()


@pytest.mark.parametrize("written", [
    "images/a.jpg", "./images/a.jpg", "images\\a.jpg", "/images/a.jpg", "images//a.jpg", "x/../images/a.jpg",
    "images/a", "a.jpg", "a", "IMAGES/A.JPG", "A"])
def test_ways_to_write_a_path(match, written):
    assert match([(written, "cat")], ["b.jpg", "images/a.jpg"]) == {"b.jpg": UNLISTED, "images/a.jpg": "cat"}


def test_paths_from_folders_further_up(match, tmp_path):
    for written in (tmp_path / "a.jpg", f"{tmp_path.name}/a.jpg", f"{tmp_path.parent.name}/{tmp_path.name}/a"):
        assert match([(str(written), "cat")], ["a.jpg"]) == {"a.jpg": "cat"}


def test_links_to_the_folder_are_the_folder(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    assert relative_paths([f"{tmp_path.resolve()}/a.jpg", f"{tmp_path}/link/b.jpg"], tmp_path / "link") == [
        "a.jpg", "b.jpg"]


@pytest.mark.parametrize("written", ["/elsewhere/a.jpg", "../a.jpg", "x/../../a.jpg", "C:\\pets\\a.jpg"])
def test_files_elsewhere_are_not_searched_for_by_their_names(match, written):
    found = match([(written, "cat"), ("b.jpg", "dog")], ["a.jpg", "b.jpg"])
    assert found.pop("a.jpg") == UNLISTED and found.pop("b.jpg") == "dog"
    assert all("move the CSV file above its images" in error for error in found.values())


def test_a_path_is_not_taken_for_a_file_in_another_folder(match):
    assert match([("cats/1.jpg", "cat"), ("b.jpg", "dog")], ["dogs/1.jpg", "b.jpg"]) == {
        "dogs/1.jpg": UNLISTED, "b.jpg": "dog", "cats/1.jpg": ABSENT}


def test_the_end_of_a_path_is_enough(match):
    assert match([("cats/1.jpg", "cat"), ("dogs/1", "dog")], ["all/cats/1.jpg", "all/dogs/1.jpg"]) == {
        "all/cats/1.jpg": "cat", "all/dogs/1.jpg": "dog"}


@pytest.mark.parametrize(("files", "written"), [
    (["x/a.jpg", "y/a.jpg"], "a.jpg"), (["a.jpg", "a.png"], "a"), (["x/a.jpg", "y/a.png"], "a"),
    (["A.jpg", "a.JPG"], "a.jpg")])
def test_several_files_are_not_guessed_between(match, files, written):
    assert match([(written, "cat"), ("b", "dog")], [*files, "b"]) == {
        **dict.fromkeys(files, UNLISTED), "b": "dog", written: SEVERAL}


@pytest.mark.parametrize(("files", "written", "found"), [
    (["a.jpg", "a.jpg.jpg", "x/a.jpg"], "a.jpg", "a.jpg"), (["a.jpg", "A.JPG"], "A.JPG", "A.JPG"),
    (["a", "a.jpg"], "a", "a")])
def test_the_file_that_is_called_so_to_the_letter_is_meant(match, files, written, found):
    classes = match([(written, "cat")], files)
    assert {file for file, said in classes.items() if said == "cat"} == {found}


def test_a_file_is_not_also_that_of_a_row_in_other_letters(match):
    assert match([("a.jpg", "cat"), ("A.jpg", "dog")], ["a.jpg"]) == {"a.jpg": "cat", "A.jpg": ABSENT}


def test_accents_may_be_stored_in_either_way(match):
    assert match([("caf\xe9.jpg", "cat")], ["cafe\u0301.jpg"]) == {"cafe\u0301.jpg": "cat"}


def test_rows_that_mean_one_file_must_agree(match, capsys):
    files = ["images/a.jpg", "images/b.jpg"]
    found = match([("images/a.jpg", "cat"), ("a", "dog"), ("images/b.jpg", "dog"), ("b", "dog")], files)
    assert found == {"images/a.jpg": "has 2 classes in labels.csv: cat, dog", "images/b.jpg": "dog"}
    assert "1 row left out that only repeats another" in capsys.readouterr().out


def test_a_file_in_two_parts_is_a_leak(match):
    found = match([("a", "cat", "train"), ("a", "cat", "test"), ("b", "dog", "train")], ["a.jpg", "b.jpg"])
    assert "train and test" in found["a.jpg"] and "leak" in found["a.jpg"] and found["b.jpg"] == "dog"


def test_each_part_may_have_a_file_of_that_name(tmp_path):
    files = ["train/1.jpg", "test/1.jpg"]
    table = match_labels(labels_of([("1", "cat", "test"), ("1", "dog", "train")], tmp_path), files, tmp_path)
    assert table["category"].tolist() == ["dog", "cat"] and table["publisher_split"].tolist() == ["train", "test"]


@pytest.mark.parametrize("folders", [("train", "test"), ("train_images", "test_images"), ("Training/x", "other")])
def test_the_folder_of_the_rows_part_is_preferred(match, folders):
    files = [f"{folder}/1.jpg" for folder in folders]
    assert match([("1", "cat", "train")], files) == {files[0]: "cat", files[1]: UNLISTED}


def test_another_parts_folder_is_not_searched(match):
    files = ["train/1.jpg", "test/2.jpg"]
    assert match([("1", "cat", "train"), ("2", "dog", "train")], files) == {
        "train/1.jpg": "cat", "test/2.jpg": UNLISTED, "2": ABSENT}
    assert match([("1", "cat", "val"), ("2", "dog", "val")], files) == {"train/1.jpg": "cat", "test/2.jpg": "dog"}


def test_training_images_alone_are_no_fixed_split(tmp_path):
    for part, left in (("val", ["train", "val"]), ("train", ["", ""])):
        labels = labels_of([("a", "cat", "train"), ("b", "dog", part)], tmp_path)
        assert match_labels(labels, ["a", "b"], tmp_path)["publisher_split"].tolist() == left


def test_rows_without_a_file_are_counted_and_named(match, capsys):
    match([*((f"{number}.jpg", "cat") for number in range(9)), ("../c", "cat"), ("d", "dog")], ["d"])
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 2 and "9 rows left out" in printed[0]
    assert printed[0].endswith(": 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg and 4 more.")


def test_labels_of_other_images_are_refused(match):
    with pytest.raises(UserError, match=r"none of the images that labels\.csv names, such as 'x/a\.jpg'"):
        match([("x/a.jpg", "cat")], ["b.jpg"])


NAMES = st.sampled_from(["a", "A", "b", "a.jpg", "b.JPG"])
PATHS = st.lists(st.one_of(NAMES, st.sampled_from(["train", "test", "x"])), max_size=2).flatmap(
    lambda folders: NAMES.map(lambda name: "/".join([*folders, name])))


@given(st.lists(st.tuples(PATHS, st.sampled_from(["cat", "dog"]), st.sampled_from(["train", "test", ""])), min_size=1),
       st.lists(PATHS, min_size=1, unique=True))
def test_no_file_gets_a_class_that_no_row_says(tmp_path_factory, rows, files):
    folder = tmp_path_factory.getbasetemp()
    try:
        table = match_labels(labels_of(rows, folder), files, folder)
    except UserError:
        return
    assert table["file"].tolist()[:len(files)] == files
    for file, category, error in table[["file", "category", "error"]].head(len(files)).to_numpy():
        spelt = f"/{file}".lower()
        said = {its for row, its, _ in rows if spelt.endswith(f"/{row.lower()}")
                or spelt.rpartition(".")[0].endswith(f"/{row.lower()}")}
        assert error or category in said
        exact = {its for row, its, _ in rows if row == file}
        assert not exact or error or exact == {category}
