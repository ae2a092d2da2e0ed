import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.labels.files import find_label_files

LABELS, OTHER, FILES = "image,label\na.jpg,cat\n", "name,age\nx,3\n", "id\na\n"


@pytest.fixture
def found(tmp_path):
    """Writes CSV files by their names, and finds those with labels."""

    def find(has_class_folders=False, **contents):
        for name, content in contents.items():
            (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")
        files, notes = find_label_files(tmp_path, has_class_folders)
        print(*notes, sep="\n")
        return {part: path.name for part, path in files.items()}

    return find


def test_without_csv_files_there_are_none(found, tmp_path):
    (tmp_path / "train.csv").mkdir()
    (tmp_path / "labels.txt").write_text(LABELS, encoding="utf-8")
    assert found(sample_submission=LABELS, my_labels=LABELS, **{"._labels": "of macOS"}) == {}


@pytest.mark.parametrize(("name", "part"), [
    ("metadata", ""), ("labels", ""), ("Labels", ""), ("train", "train"), ("Train", "train"),
    ("train_labels", "train"), ("trainLabels", "train"), ("labels-train", "train"), ("training", "train")])
def test_usual_spellings(found, name, part):
    assert found(**{name: LABELS}) == {part: f"{name}.csv"}


@pytest.mark.parametrize("val", ["val", "valid", "Validation"])
def test_each_part_has_a_file(found, val):
    assert found(train=LABELS, test=LABELS, **{val: LABELS}) == {
        "train": "train.csv", "val": f"{val}.csv", "test": "test.csv"}


@pytest.mark.parametrize("names", [
    ("metadata", "train"), ("metadata", "test"), ("labels", "metadata"), ("train", "train_labels"),
    ("val", "validation")])
def test_files_that_may_name_the_same_images_are_refused(found, names):
    with pytest.raises(UserError) as caught:
        found(**dict.fromkeys([*names, "train"] if "val" in names else names, LABELS))
    assert all(f"{name}.csv" in str(caught.value) for name in names)


def test_training_images_must_be_named(found):
    with pytest.raises(UserError, match=r"holds test\.csv, but no `train\.csv`"):
        found(test=LABELS)


def test_a_test_file_without_classes_is_left_out(found, capsys):
    assert found(train=LABELS, test=FILES) == {"train": "train.csv"}
    printed = capsys.readouterr().out
    assert "test.csv is left out" in printed and "train.csv names the classes of training images" in printed


@pytest.mark.parametrize("content", [OTHER, FILES, "label\ncat\n"])
def test_other_columns_are_named(found, content):
    with pytest.raises(UserError) as caught:
        found(train=content)
    assert repr(content.partition("\n")[0].split(",")[0]) in str(caught.value)


def test_beside_class_folders_other_columns_are_no_labels(found, capsys):
    assert found(True, metadata=OTHER, test=FILES) == {}
    printed = capsys.readouterr().out
    assert "metadata.csv is not used" in printed and "test.csv is not used" in printed


@pytest.mark.parametrize("name", ["labels", "train_labels"])
def test_beside_class_folders_labels_without_classes_are_refused(found, name):
    with pytest.raises(UserError, match=r"none is called as one that names its class \("):
        found(True, **{name: "file_name,lable\na.jpg,cat\n"})


def test_beside_labels_other_columns_are_refused(found):
    with pytest.raises(UserError, match=r"val\.csv has the columns 'name', 'age'"):
        found(True, train=LABELS, val=OTHER)
