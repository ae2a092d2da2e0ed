import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.labels.class_folders import check_folders


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
