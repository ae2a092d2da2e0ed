import pandas as pd
import pytest

from auxiliary.config.profile import Split
from auxiliary.data.parts import describe_split, is_divided, write_parts
from auxiliary.data.tables import read_table
from auxiliary.errors import UserError
from auxiliary.paths import Paths


def part(*files, part=""):
    return pd.DataFrame({"filepath": list(files), "category": "cat", "part": part})


def test_tables_remember_how_they_were_divided(tmp_path):
    paths = Paths(tmp_path, "pets")
    assert not is_divided(Split(), paths)
    write_parts((part("/a", "/b"), part("/c"), part("/d")), Split(), paths)
    assert read_table(paths.table("train"))["filepath"].tolist() == ["/a", "/b"]
    assert is_divided(Split(), paths)
    assert describe_split(Split(), paths) == "seed 0.7/0.2/0.1, random_state 5"


def test_a_publishers_test_set_is_said(tmp_path):
    paths = Paths(tmp_path, "pets")
    write_parts((part("/a"), part("/b"), part("/c", part="test")), Split(), paths)
    assert describe_split(Split(), paths) == (
        "seed publisher's test set, 0.2 of train for validation, random_state 5")


def test_another_division_than_the_profiles_is_refused(tmp_path):
    paths = Paths(tmp_path, "pets")
    write_parts((part("/a"), part("/b"), part("/c")), Split(), paths)
    other = Split(random_state=6)
    assert not is_divided(other, paths)
    with pytest.raises(UserError, match=r"'random_state': 5.*the profile says.*'random_state': 6.*--only 01"):
        describe_split(other, paths)


def test_tables_that_are_not_there_are_asked_for(tmp_path):
    with pytest.raises(UserError, match=r"not divided into train\.csv, val\.csv and test\.csv: notebook 01 does that"):
        describe_split(Split(), Paths(tmp_path, "pets"))
