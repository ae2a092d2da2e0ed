"""Folder names of classes."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.data.folders.find_files import is_hidden
from auxiliary.deploy.class_folders import UNLIKE_FOLDER, class_folders


@pytest.mark.parametrize(("category", "folder"), [
    ("great auk", "great auk"), ("猫", "猫"), ("_noise_", "_noise_"), ("a/b", "a%2Fb"), ("..", "%2E%2E"), ("", "~"),
    (".git", "%2Egit"), ("50%", "50%25"), ("what?", "what%3F"), ("end.", "end%2E"), ("a\nb", "a%0Ab"),
    (UNLIKE_FOLDER, "%5Funlike"), ("_Unlike", "%5FUnlike"), ("Thumbs.db", "%54humbs.db")])
def test_a_class_has_a_folder_of_its_own_name_as_far_as_that_is_safe(category, folder):
    found, = class_folders([category])
    assert found == folder or (folder == "~" and found.startswith("~"))


def test_names_that_differ_in_capital_letters_alone_are_two_folders_on_every_disk():
    assert class_folders(["cat", "Cat", "CAT", "cAT"]) == ["cat", "%43at", "%43%41T", "%63AT"]


NAMES = st.one_of(st.text(), st.text("aA/._%~", max_size=4), st.sampled_from(["x" * 300, "X" * 300, "é" * 200]))


@given(st.lists(NAMES, unique=True))
def test_any_classes_have_different_safe_names(categories):
    folders = class_folders(categories)
    assert len({name.casefold() for name in folders} | {UNLIKE_FOLDER}) == len(categories) + 1
    for name in folders:
        assert 0 < len(os.fsencode(name)) <= 255
        assert not set(name) & set('/\\:*?"<>|\0\n') and not is_hidden(name) and name[-1] not in ". "
