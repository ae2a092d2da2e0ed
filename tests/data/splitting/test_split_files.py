import json
from threading import Thread

import pandas as pd
import pytest

from auxiliary.config.profile import Split
from auxiliary.core.errors import UserError
from auxiliary.core.paths import Paths
from auxiliary.data.duplicates import DUPLICATES
from auxiliary.data.processing.manifest import ProcessedImage, write_manifest
from auxiliary.data.splitting import split_files as module
from auxiliary.data.splitting.split_files import (
    check_splits,
    copy_tables,
    describe_split,
    is_divided,
    newest_splits,
    read_splits,
    write_splits,
)
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.data.tables import read_table, write_table

SEED, GROUP = Split(by="seed"), Split(by="group")


@pytest.fixture
def paths(tmp_path):
    return Paths(tmp_path, "pets", image_size=32, split="seed")


def table(*files, publisher_split=""):
    return pd.DataFrame({"filepath": list(files), "category": "cat", "publisher_split": publisher_split,
                         "content_hash": [f"hash of {file}" for file in files], "group": range(len(files))})


def tables(*files):
    return tuple(table(file) for file in files or ("/a", "/b", "/c"))


def read(paths, split=SEED):
    """The one file of each table."""
    return [df["filepath"].item() for df in read_splits(split, paths).values()]


def test_tables_remember_how_they_were_split(paths):
    assert not is_divided(SEED, paths)
    write_splits((table("/a", "/b"), table("/c"), table("/d")), SEED, paths)
    assert read_splits(SEED, paths)["train"]["filepath"].tolist() == ["/a", "/b"]
    assert is_divided(SEED, paths)
    assert describe_split(SEED, paths) == "seed 0.7/0.2/0.1, random_state 5"


@pytest.mark.parametrize(("kept", "words"), [
    (("test",), "seed publisher's test set, 0.2 of train for validation, random_state 5"),
    (("val",), "seed publisher's validation set, 0.1 of train for test, random_state 5"),
    (("val", "test"), "publisher's training, validation and test set"),
])
def test_the_publishers_parts_are_named(paths, kept, words):
    frames = [table(f"/{name}", publisher_split=name if name in kept else "train") for name in SPLITS]
    write_splits(tuple(frames), SEED, paths)
    assert describe_split(SEED, paths) == words


def test_two_splits_that_differ_a_little_have_two_descriptions_and_two_names(paths):
    close = [Split(by="seed", fractions=(0.7, 0.3 - last, last)) for last in (0.1, 0.1000001)]
    described = set()
    for split in close:
        write_splits(tables(), split, paths)
        described.add(describe_split(split, paths))
    assert len(described) == len({split.name for split in close}) == 2


@pytest.mark.parametrize("other", [Split(by="seed", random_state=6), GROUP])
def test_another_split_than_the_profiles_is_refused(paths, other):
    write_splits(tables(), SEED, paths)
    assert not is_divided(other, paths)
    with pytest.raises(UserError, match=r"names another split.+--only 01"):
        describe_split(other, paths)


@pytest.mark.parametrize("edit", [{"duplicates": DUPLICATES + 1}, {"images": "of others"}, {"tables": {}}],
                         ids=["rule for near-duplicates", "images", "tables"])
def test_tables_of_something_else_are_refused(paths, edit):
    write_splits(tables(), SEED, paths)
    record = paths.tables / "split.json"
    record.write_text(json.dumps(json.loads(record.read_text()) | edit))
    assert not is_divided(SEED, paths)
    with pytest.raises(UserError, match="--only 01"):
        read_splits(SEED, paths)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff", b"null", b'{"image_size": 32}'])
def test_a_damaged_record_is_named(paths, content):
    write_splits(tables(), SEED, paths)
    (paths.tables / "split.json").write_bytes(content)
    assert not is_divided(SEED, paths)
    with pytest.raises(UserError, match=r"split\.json is damaged.+--only 01"):
        read_splits(SEED, paths)


@pytest.mark.parametrize("name", SPLITS)
def test_a_table_that_was_edited_is_named(paths, name):
    write_splits(tables(), SEED, paths)
    file = paths.table(name)
    file.write_bytes(file.read_bytes().replace(b"cat", b"dog"))
    with pytest.raises(UserError, match=rf"{name}\.csv was changed after it had been written"):
        read_splits(SEED, paths)


class TestImages:
    """The tables are valid for the images that the manifest names, and for no others."""

    def image(self, name, content):
        return ProcessedImage(name, "source", content, 3, 32, 32, "", "")

    def write(self, paths, sources, content="now"):
        images = [self.image(name, content) for name in ("a.png", "b.png", "c.png")]
        paths.images.mkdir(parents=True, exist_ok=True)
        write_manifest(paths.images, {"size": 32, "sources": sources}, images)

    def rows(self, paths):
        return tuple(table(f"{paths.images}/{name}").assign(content_hash="now") for name in ("a.png", "b.png", "c.png"))

    def test_they_are_no_longer_valid_once_the_raw_images_are_others(self, paths):
        self.write(paths, "first")
        write_splits(self.rows(paths), SEED, paths)
        assert is_divided(SEED, paths)
        self.write(paths, "second")
        with pytest.raises(UserError, match="are not, or no longer, those that"):
            check_splits(SEED, paths)
        self.write(paths, "first")
        assert is_divided(SEED, paths)

    @pytest.mark.parametrize("content", ["another", None])
    def test_none_are_written_for_images_that_another_process_has_replaced(self, paths, content):
        self.write(paths, "first")
        rows = self.rows(paths)
        if content:
            self.write(paths, "first", content)
        else:
            write_manifest(paths.images, {"size": 32, "sources": "first"}, [])
        with pytest.raises(UserError, match=r"another process has replaced .+a\.png meanwhile"):
            write_splits(rows, SEED, paths)
        assert not is_divided(SEED, paths)


@pytest.mark.parametrize("name", SPLITS)
def test_a_table_without_groups_is_refused_and_nothing_is_lost(name, paths):
    write_splits(tables(), SEED, paths)
    frames = list(tables())
    number = SPLITS.index(name)
    frames[number] = frames[number].drop(columns="group")
    with pytest.raises(
        UserError, match=rf"table {name} needs a column `group`.*`add_duplicate_groups\(clean\)` adds it"
    ):
        write_splits(frames, GROUP, paths)
    assert is_divided(SEED, paths)


def test_of_two_splits_at_once_the_last_is_there_in_full(paths, monkeypatch):
    other = Thread(target=write_splits, args=(tables("/x", "/y", "/z"), GROUP, paths))

    def interrupted(rows, path, base):
        if rows["filepath"][0] == "/b":
            other.start()
            other.join(1)       # enough to write between two tables, without the lock
        write_table(rows, path, base)

    monkeypatch.setattr(module, "write_table", interrupted)
    write_splits(tables(), SEED, paths)
    other.join()
    assert read(paths, GROUP) == ["/x", "/y", "/z"]


def test_a_split_that_is_written_while_another_is_read_is_noticed(paths, monkeypatch):
    write_splits(tables(), SEED, paths)

    def interrupted(path, base):
        write_splits(tables("/x", "/y", "/z"), SEED, paths)
        return read_table(path, base)

    monkeypatch.setattr(module, "read_table", interrupted)
    with pytest.raises(UserError, match="another process has just split"):
        read_splits(SEED, paths)


class TestCopies:
    def test_people_find_the_newest_tables_in_the_data_sets_folder(self, paths, tmp_path):
        write_table(table("/a", "/b"), paths.table("overview"))
        write_splits(tables(), SEED, paths)
        other = Paths(tmp_path, "pets", image_size=48, split="seed")
        write_splits(tables("/x", "/y", "/z"), SEED, other)
        assert [read_table(paths.data / f"{name}.csv")["filepath"].item() for name in SPLITS] == ["/x", "/y", "/z"]
        assert not (paths.data / "overview.csv").exists(), "it lists other images"
        assert newest_splits(paths).image_size == 48
        copy_tables(paths)
        assert newest_splits(other).image_size == 32
        assert read_table(paths.data / "overview.csv")["filepath"].tolist() == ["/a", "/b"]

    def test_they_name_the_images_by_paths_that_can_be_moved(self, paths, tmp_path):
        frames = tuple(table(f"{paths.data}/processed/48/images/{name}.png") for name in "abc")
        write_splits(frames, SEED, paths)
        (tmp_path / "data").rename(tmp_path / "moved")
        moved = read_table(tmp_path / "moved" / "pets" / "train.csv")["filepath"].item()
        assert moved == f"{tmp_path}/moved/pets/processed/48/images/a.png"

    def test_editing_them_changes_nothing(self, paths):
        write_splits(tables(), SEED, paths)
        for name in SPLITS:
            (paths.data / f"{name}.csv").write_text("mine")
        assert read(paths) == ["/a", "/b", "/c"]


def test_tables_that_are_not_there_are_asked_for(paths):
    with pytest.raises(UserError, match=r"does not hold the images split .+: notebook 01 does that"):
        describe_split(SEED, paths)
