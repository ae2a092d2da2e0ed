import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.layout import find_layout


def tree(folder, *files):
    """Make files, given by their paths; a path that ends in a slash is an empty folder."""
    for file in files:
        path = folder / file
        (path if file.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not file.endswith("/"):
            path.write_bytes(b"x")
    return folder


def classes(*places):
    return [f"{place}/{name}/a.jpg" for place in places for name in ("cat", "dog")]


@pytest.mark.parametrize(("files", "places"), [
    (classes("."), {".": ""}),
    (classes("train", "test"), {"train": "train", "test": "test"}),
    (classes("Training", "validation"), {"Training": "train", "validation": "val"}),
    (classes("train-set", "dev", "TEST"), {"train-set": "train", "dev": "val", "TEST": "test"}),
    (classes("train2017", "val2017"), {"train2017": "train", "val2017": "val"}),
    (classes("asl_train", "asl_test"), {"asl_train": "train", "asl_test": "test"}),
    # Wrappers, outside and inside of the parts.
    (classes("flowers/flower_photos"), {"flowers/flower_photos": ""}),
    (classes("archive/training_set/training_set", "archive/test_set/test_set"),
     {"archive/training_set/training_set": "train", "archive/test_set/test_set": "test"}),
    (classes("archive/raw-img"), {"archive/raw-img": ""}),
    # A single class, whose own images tell that its folders are no classes.
    (["cat/a.jpg", "cat/deep/b.jpg"], {".": ""}),
    # Classes that are called like parts.
    (["train/a.jpg", "bus/a.jpg", "car/a.jpg"], {".": ""}),
    (["train/steam/a.jpg", "train/diesel/a.jpg", "bus/a.jpg", "car/a.jpg"], {".": ""}),
    (["test/acid/a.jpg", "test/blood/a.jpg", "exam/a.jpg", "quiz/a.jpg"], {".": ""}),
    # Parts of which only the training images are labelled.
    ([*classes("train"), "test/1.jpg"], {"train": "train"}),
    ([*classes("train"), "test/test/1.jpg"], {"train": "train"}),
    ([*classes("train"), "test/unknown/1.jpg"], {"train": "train"}),
    ([*classes("seg_train/seg_train", "seg_test/seg_test"), "seg_pred/seg_pred/1.jpg"],
     {"seg_train/seg_train": "train", "seg_test/seg_test": "test"}),
    (classes("train"), {"train": ""}),
    # Empty folders are no parts.
    ([*classes("."), "test/"], {".": ""}),
    # Annotations beside images that lie in class folders.
    ([*classes("Images"), *[f"Annotation/{name}/a" for name in ("cat", "dog")]], {"Images": ""}),
])
def test_the_places_of_the_classes_are_found(tmp_path, files, places):
    assert find_layout(tree(tmp_path, *files)).places == places


@pytest.mark.parametrize(("files", "said"), [
    (["archive/train/a/1.jpg", "archive/train/b/1.jpg"], ["archive/train/ holds the class folders"]),
    (classes("train", "valid"), ["train/ holds the publisher's training", "valid/ holds the publisher's validation"]),
    ([*classes("train"), "test/1.jpg"], ["auxiliary predict {}/test"]),
    ([*classes("train"), "unlabeled/1.jpg"], ["auxiliary predict {}/unlabeled"]),
    (["train/a.jpg", "bus/a.jpg"], ["train in {}: taken for classes, like bus"]),
    (["cat/test/1.jpg", "cat/train/1.jpg", "dog/test/1.jpg", "dog/train/1.jpg"], ["as in test/cat/"]),
])
def test_what_users_should_know_is_told(tmp_path, files, said):
    notes = " ".join(find_layout(tree(tmp_path, *files)).notes)
    assert [text for text in said if text.format(tmp_path) not in notes] == []


def test_what_is_left_out_has_a_reason(tmp_path):
    files = [*classes("train", "val"), "test/1.jpg", "extra/more/1.jpg"]
    assert find_layout(tree(tmp_path, *files)).left_out == {
        "test": "in test/, which has no class folders", "extra": "in extra/, which is none of the publisher's parts"}


@pytest.mark.parametrize("files", [
    [],
    ["a.jpg"],
    ["cat/"],
    ["train/1.jpg", "test/1.jpg"],
    ["train/train/1.jpg", "val/1.jpg"],
    ["train/1.jpg", "unlabeled/1.jpg"],
])
def test_images_without_classes_are_refused(tmp_path, files):
    with pytest.raises(UserError, match="one folder of images per class is needed"):
        find_layout(tree(tmp_path, *files))


@pytest.mark.parametrize("files", [[*classes("test"), "train/1.jpg"], classes("val", "test")])
def test_parts_without_training_images_are_refused(tmp_path, files):
    with pytest.raises(UserError, match="none of them is for training"):
        find_layout(tree(tmp_path, *files))


@pytest.mark.parametrize("files", [
    ["images/1.jpg", "labels/1.txt"],
    ["images/train/1.jpg", "images/val/2.jpg", "labels/train/1.txt", "labels/val/2.txt"],
    ["train/images/1.jpg", "train/labels/1.txt", "valid/images/1.jpg", "valid/labels/1.txt"],
    ["set/train/images/1.jpg", "set/train/labels/1.txt", "set/data.yaml"],
    ["annotations/instances.json", "train2017/1.jpg", "val2017/1.jpg"],
    ["JPEGImages/1.jpg", "Annotations/1.xml", "ImageSets/Main/train.txt"],
    ["images/1.jpg", "masks/1.png"],
])
def test_data_sets_for_finding_objects_are_refused(tmp_path, files):
    with pytest.raises(UserError, match="This is classification"):
        find_layout(tree(tmp_path, *files))


def test_a_misspelt_header_beside_a_single_folder_is_an_error(tmp_path):
    tree(tmp_path, "photos/a.jpg", "photos/b.jpg")
    (tmp_path / "metadata.csv").write_text("file_name,lable\nphotos/a.jpg,cat\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"metadata\.csv has the columns 'file_name', 'lable': none is called as one "):
        find_layout(tmp_path)
    tree(tmp_path, "more/a.jpg")
    assert "metadata.csv is not used" in " ".join(find_layout(tmp_path).notes)
