import json
from threading import Thread

import pandas as pd
import pytest

from auxiliary.config.profile import Split
from auxiliary.core.errors import UserError
from auxiliary.core.paths import Paths
from auxiliary.data import split_files as module
from auxiliary.data.duplicates import DUPLICATES
from auxiliary.data.split_files import describe_split, is_divided, write_splits
from auxiliary.data.tables import read_table, write_table

SEED = Split(by="seed")


def table(*files, publisher_split=""):
    return pd.DataFrame(
        {"filepath": list(files), "category": "cat", "publisher_split": publisher_split, "group": range(len(files))}
    )


def test_tables_remember_how_they_were_split(tmp_path):
    paths = Paths(tmp_path, "pets")
    assert not is_divided(SEED, paths)
    write_splits((table("/a", "/b"), table("/c"), table("/d")), SEED, paths)
    assert read_table(paths.table("train"))["filepath"].tolist() == ["/a", "/b"]
    assert is_divided(SEED, paths)
    assert describe_split(SEED, paths) == "seed 0.7/0.2/0.1, random_state 5"


def test_a_publishers_test_set_is_named(tmp_path):
    paths = Paths(tmp_path, "pets")
    write_splits((table("/a"), table("/b"), table("/c", publisher_split="test")), SEED, paths)
    assert describe_split(SEED, paths) == (
        "seed publisher's test set, 0.2 of train for validation, random_state 5")


def test_another_split_than_the_profiles_is_refused(tmp_path):
    paths = Paths(tmp_path, "pets")
    write_splits((table("/a"), table("/b"), table("/c")), SEED, paths)
    other = Split(by="seed", random_state=6)
    assert not is_divided(other, paths)
    with pytest.raises(UserError, match=r"'random_state': 5.*the profile says.*'random_state': 6.*--only 01"):
        describe_split(other, paths)


def test_a_split_by_group_is_another_than_one_by_seed(tmp_path):
    paths = Paths(tmp_path, "pets")
    write_splits((table("/a"), table("/b"), table("/c")), Split(by="group"), paths)
    assert describe_split(Split(by="group"), paths) == "group 0.7/0.2/0.1, random_state 5"
    with pytest.raises(UserError, match=r"'by': 'group'.*the profile says.*'by': 'seed'"):
        describe_split(SEED, paths)


@pytest.mark.parametrize("split", [SEED, Split(by="group")])
@pytest.mark.parametrize("change", [{"duplicates": DUPLICATES + 1}, {}])
def test_a_split_under_another_rule_for_duplicates_or_none_is_refused(change, split, tmp_path):
    paths = Paths(tmp_path, "pets")
    write_splits((table("/a"), table("/b"), table("/c")), split, paths)
    record = paths.data / "split.json"
    made = json.loads(record.read_text())
    del made["duplicates"]
    record.write_text(json.dumps(made | change))
    assert not is_divided(split, paths)
    with pytest.raises(UserError, match=r"another rule for near-duplicates: split them again, notebook 01 .*--only 01"):
        describe_split(split, paths)


@pytest.mark.parametrize("name", module.SPLITS)
def test_a_table_without_groups_is_refused_and_nothing_is_lost(name, tmp_path):
    paths = Paths(tmp_path, "pets")
    tables = [table("/a"), table("/b"), table("/c")]
    write_splits(tables, SEED, paths)
    number = module.SPLITS.index(name)
    tables[number] = tables[number].drop(columns="group")
    with pytest.raises(
        UserError, match=rf"table {name} needs a column `group`.*`add_duplicate_groups\(clean\)` adds it"
    ):
        write_splits(tables, Split(by="group"), paths)
    assert is_divided(SEED, paths)


def test_of_two_splits_at_once_the_last_is_there_in_full(tmp_path, monkeypatch):
    paths = Paths(tmp_path, "pets")
    other = Thread(target=write_splits, args=([table("/x"), table("/y"), table("/z")], Split(by="group"), paths))

    def interrupted(rows, path):
        if rows["filepath"][0] == "/b":
            other.start()
            other.join(1)       # enough to write between two tables, without the lock
        write_table(rows, path)

    monkeypatch.setattr(module, "write_table", interrupted)
    write_splits([table("/a"), table("/b"), table("/c")], SEED, paths)
    other.join()
    assert [read_table(paths.table(name))["filepath"].item() for name in module.SPLITS] == ["/x", "/y", "/z"]
    assert is_divided(Split(by="group"), paths)


def test_tables_that_are_not_there_are_asked_for(tmp_path):
    with pytest.raises(UserError, match=r"not split into train\.csv, val\.csv and test\.csv: notebook 01 does that"):
        describe_split(SEED, Paths(tmp_path, "pets"))
