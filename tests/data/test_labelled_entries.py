"""Images whose classes stand in CSV files, as `catalogue` lists them."""

import pandas as pd
import pytest
from PIL import Image

from auxiliary.commands.smoke_images import copy_few
from auxiliary.core.errors import UserError
from auxiliary.data.catalogue import catalogue
from auxiliary.data.labelled_entries import check_folders
from auxiliary.project.open import open_project


@pytest.fixture
def own(tmp_path):
    """A function that makes images, given by their paths, and CSV files, given by their lines."""
    def make(*images: str, **tables: str):
        folder = tmp_path / "birds"
        for number, name in enumerate(images):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (9, 9), (number, 0, 0)).save(path)
        for name, lines in tables.items():
            (folder / f"{name}.csv").write_text("\n".join(lines.split()) + "\n")
        return folder

    return make


def rows(folder, labels=None):
    df = catalogue(folder, labels=labels)
    return {file.removeprefix(f"{folder}/"): (category, part, error) for file, category, part, error in zip(
        df["filepath"], df["category"], df["publisher_split"], df["error"], strict=True)}


def test_classes_and_parts_come_from_the_csv_file(own, capsys):
    folder = own("images/a.png", "images/b.png", "c.png",
                 metadata="file_name,label,split images/a.png,owl,train images/b.png,jay,test c.png,jay,train")
    assert rows(folder) == {"images/a.png": ("owl", "train", ""), "images/b.png": ("jay", "test", ""),
                            "c.png": ("jay", "train", "")}
    assert "metadata.csv names the classes" in capsys.readouterr().out


def test_files_without_a_row_and_rows_without_a_file_are_listed(own):
    folder = own("a.png", "b.png", "c.png", labels="path,class a.png,owl c.png,owl c.png,jay d.png,jay")
    assert rows(folder) == {
        "a.png": ("owl", "", ""), "b.png": ("", "", "not in labels.csv"),
        "c.png": ("", "", "has 2 classes in labels.csv: owl, jay"),
        "d.png": ("jay", "", "is in labels.csv, but there is no such file")}


def test_one_file_per_part_and_a_test_file_without_classes(own, capsys):
    folder = own("pics/1.png", "pics/2.png", "pics/3.png",
                 train="id,label 1,owl", val="id,label 2,owl", test="id 3")
    assert rows(folder) == {"pics/1.png": ("owl", "train", ""), "pics/2.png": ("owl", "val", ""),
                            "pics/3.png": ("", "", "not in train.csv or val.csv"),
                            "test.csv": ("", "", "not in train.csv or val.csv")}
    assert "test.csv is left out" in capsys.readouterr().out


def test_a_csv_file_in_a_folder_that_others_wrap(own):
    folder = own("set/images/a.png", "set/images/b.png")
    (folder / "set" / "labels.csv").write_text("image,label\nimages/a.png,owl\nimages/b.png,jay\n")
    assert rows(folder) == {"set/images/a.png": ("owl", "", ""), "set/images/b.png": ("jay", "", "")}


def test_a_csv_file_of_any_name_is_the_data_set_itself(own, tmp_path):
    folder = own("a.png", "b.png", answers="image,label a.png,owl b.png,jay")
    project = open_project("flowers", overrides={"dataset": str(folder / "answers.csv")}, root=tmp_path / "root")
    assert project.paths.dataset == "birds"
    assert (project.paths.raw, project.paths.given) == (folder, folder / "answers.csv")
    assert rows(folder, project.paths.labels) == {"a.png": ("owl", "", ""), "b.png": ("jay", "", "")}


def test_class_folders_that_contradict_the_csv_file_stop_the_run(own):
    folder = own("owl/a.png", "jay/b.png", "jay/c.png", labels="path,label owl/a.png,owl jay/b.png,owl jay/c.png,jay")
    with pytest.raises(UserError, match=r"jay/b\.png lies in the folder 'jay'.*labels\.csv"):
        catalogue(folder)


def test_class_folders_stay_classes_beside_a_csv_file_of_other_things(own, capsys):
    folder = own("owl/a.png", "jay/b.png", metadata="camera,date K1,2024")
    assert {category for category, *_ in rows(folder).values()} >= {"owl", "jay"}
    assert "metadata.csv is not used" in capsys.readouterr().out


def test_a_few_images_are_copied_with_their_labels(own, tmp_path):
    folder = own("1.png", "2.png", "3.png", "4.png",
                 metadata="path,label,split 1.png,owl,train 2.png,owl,train 3.png,jay,train 4.png,owl,test")
    copy_few(folder, tmp_path / "few", 1)
    assert rows(tmp_path / "few") == {"1.png": ("owl", "train", ""), "3.png": ("jay", "train", ""),
                                      "4.png": ("owl", "test", "")}


def matched(**classes):
    return pd.DataFrame([(file, category, "", "") for file, category in classes.items()],
                        columns=["file", "category", "publisher_split", "error"], dtype="str")


@pytest.mark.parametrize("file", ["cat/1.jpg", "train/cat/1.jpg", "cat/more/1.jpg", "dog/cat/1.jpg"])
def test_a_folder_of_another_class_is_refused_with_both_names(file):
    check_folders(matched(**{file: "cat", "2.jpg": "dog"}), "labels.csv")
    with pytest.raises(UserError, match=r"the folder 'cat', and by labels\.csv its class is 'dog'; 2 images"):
        check_folders(matched(**{file: "dog", "cat/2.jpg": "dog", "3.jpg": "cat"}), "labels.csv")


@pytest.mark.parametrize("file", ["images/1.jpg", "1.jpg", "Cat/1.jpg", "cats/1.jpg", "1/cat"])
def test_other_folders_are_no_classes(file):
    check_folders(matched(**{file: "dog", "2.jpg": "cat"}), "labels.csv")


def test_files_that_are_left_out_do_not_count():
    table = matched(**{"cat/1.jpg": "dog", "2.jpg": "cat"})
    check_folders(table.assign(error=["not in labels.csv", ""]), "labels.csv")
