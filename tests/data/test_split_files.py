import json
from threading import Thread

import pandas as pd
import pytest

from auxiliary.config.profile import Split
from auxiliary.core.errors import UserError
from auxiliary.core.paths import Paths
from auxiliary.data import split_files as parts
from auxiliary.data.duplicates import DUPLICATES
from auxiliary.data.split_files import describe_split, is_divided, write_splits
from auxiliary.data.tables import read_table, write_table

SEED = Split(by="seed")


def part(*files, publisher_split=""):
    return pd.DataFrame(
        {"filepath": list(files), "category": "cat", "publisher_split": publisher_split, "group": range(len(files))}
    )


def test_tables_remember_how_they_were_divided(tmp_path):
    paths = Paths(tmp_path, "pets")
    assert not is_divided(SEED, paths)
    write_splits((part("/a", "/b"), part("/c"), part("/d")), SEED, paths)
    assert read_table(paths.table("train"))["filepath"].tolist() == ["/a", "/b"]
    assert is_divided(SEED, paths)
    assert describe_split(SEED, paths) == "seed 0.7/0.2/0.1, random_state 5"


def test_a_publishers_test_set_is_said(tmp_path):
    paths = Paths(tmp_path, "pets")
    write_splits((part("/a"), part("/b"), part("/c", publisher_split="test")), SEED, paths)
    assert describe_split(SEED, paths) == (
        "seed publisher's test set, 0.2 of train for validation, random_state 5")


def test_another_division_than_the_profiles_is_refused(tmp_path):
    paths = Paths(tmp_path, "pets")
    write_splits((part("/a"), part("/b"), part("/c")), SEED, paths)
    other = Split(by="seed", random_state=6)
    assert not is_divided(other, paths)
    with pytest.raises(UserError, match=r"'random_state': 5.*the profile says.*'random_state': 6.*--only 01"):
        describe_split(other, paths)


def test_a_division_by_group_is_another_than_one_by_seed(tmp_path):
    paths = Paths(tmp_path, "pets")
    write_splits((part("/a"), part("/b"), part("/c")), Split(by="group"), paths)
    assert describe_split(Split(by="group"), paths) == "group 0.7/0.2/0.1, random_state 5"
    with pytest.raises(UserError, match=r"'by': 'group'.*the profile says.*'by': 'seed'"):
        describe_split(SEED, paths)


@pytest.mark.parametrize("split", [SEED, Split(by="group")])
@pytest.mark.parametrize("change", [{"twins": DUPLICATES + 1}, {}])
def test_a_division_under_another_rule_of_duplicates_or_before_there_was_one_is_refused(change, split, tmp_path):
    paths = Paths(tmp_path, "pets")
    write_splits((part("/a"), part("/b"), part("/c")), split, paths)
    record = paths.data / "split.json"
    made = json.loads(record.read_text())
    del made["twins"]
    record.write_text(json.dumps(made | change))
    assert not is_divided(split, paths)
    with pytest.raises(UserError, match=r"another rule of what are twins: divide them anew, notebook 01 .*--only 01"):
        describe_split(split, paths)


@pytest.mark.parametrize("name", parts.SPLITS)
def test_a_table_that_does_not_say_what_are_duplicates_is_refused_and_nothing_is_lost(name, tmp_path):
    paths = Paths(tmp_path, "pets")
    tables = [part("/a"), part("/b"), part("/c")]
    write_splits(tables, SEED, paths)
    number = parts.SPLITS.index(name)
    tables[number] = tables[number].drop(columns="group")
    with pytest.raises(
        UserError, match=rf"table {name} needs a column `group`.*`add_duplicate_groups\(clean\)` adds it"
    ):
        write_splits(tables, Split(by="group"), paths)
    assert is_divided(SEED, paths)


def test_of_two_divisions_at_once_the_last_is_there_in_full(tmp_path, monkeypatch):
    paths = Paths(tmp_path, "pets")
    other = Thread(target=write_splits, args=([part("/x"), part("/y"), part("/z")], Split(by="group"), paths))

    def interrupted(table, path):
        if table["filepath"][0] == "/b":
            other.start()
            other.join(1)       # time enough to write between two tables, were it let
        write_table(table, path)

    monkeypatch.setattr(parts, "write_table", interrupted)
    write_splits([part("/a"), part("/b"), part("/c")], SEED, paths)
    other.join()
    assert [read_table(paths.table(name))["filepath"].item() for name in parts.SPLITS] == ["/x", "/y", "/z"]
    assert is_divided(Split(by="group"), paths)


def test_tables_that_are_not_there_are_asked_for(tmp_path):
    with pytest.raises(UserError, match=r"not divided into train\.csv, val\.csv and test\.csv: notebook 01 does that"):
        describe_split(SEED, Paths(tmp_path, "pets"))
