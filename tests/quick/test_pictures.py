import zipfile
from dataclasses import replace

import pytest

from auxiliary.data.split import split
from auxiliary.data.walk import walk
from auxiliary.errors import UserError
from auxiliary.opening import open_lab
from auxiliary.quick.pictures import copy_few, enough, find_originals


def tree(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("fractions", "count"), [
    ((0.7, 0.2, 0.1), 14), ((0.8, 0.1, 0.1), 15), ((0.9, 0.05, 0.05), 30)])
def test_enough_is_enough_for_the_split(fractions, count, opened):
    assert enough(fractions) == count
    clean = replace(opened).train.groupby("category").sample(count, replace=True, random_state=0)
    parts = split(clean.reset_index(drop=True), fractions)
    assert all(part["category"].nunique() == 3 for part in parts)


def test_shares_that_are_none_are_refused():
    with pytest.raises(UserError, match="must be positive"):
        enough((0.7, 0.3, 0.0))


def test_pictures_are_spread_over_each_class_and_copied_as_they_are(tmp_path):
    for number in range(10):
        file = tmp_path / "raw" / "cat" / f"{number % 2}" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(number))
    (tmp_path / "raw" / "dog").mkdir()
    (tmp_path / "raw" / "dog" / "one.png").write_text("one")
    (tmp_path / "raw" / "readme.txt").write_text("no picture")
    copy_few(tmp_path / "raw", tmp_path / "few", 4)
    # 0, 2, 4, 6, 8, then 1, 3, 5, 7, 9: the order of their paths.
    assert tree(tmp_path / "few") == {"cat/0/0.png": b"0", "cat/0/4.png": b"4", "cat/1/1.png": b"1",
                                      "cat/1/5.png": b"5", "dog/one.png": b"one"}


def test_a_fixed_test_set_stays_one(picture_folder, tmp_path):
    for part in ("train", "test"):
        picture_folder({"cat": 5, "dog": 5}).rename(tmp_path / part)
    copy_few(tmp_path, tmp_path.with_name("few"), 3)
    entries = walk(tmp_path.with_name("few"))
    assert {(entry.part, entry.folder) for entry in entries} == {
        ("train", "cat"), ("train", "dog"), ("test", "cat"), ("test", "dog")}
    assert len(entries) == 12


class TestWhereTheyComeFrom:
    @pytest.fixture
    def source(self, picture_folder, tmp_path):
        """A zip of pictures."""
        folder = picture_folder({"cat": 3, "dog": 3})
        with zipfile.ZipFile(tmp_path / "pictures.zip", "w") as bundle:
            for file in sorted(folder.rglob("*.png")):
                bundle.write(file, file.relative_to(folder))
        return tmp_path / "pictures.zip"

    def test_the_users_own_folder_is_read_in_place(self, picture_folder, tmp_path):
        folder = picture_folder({"cat": 3, "dog": 3})
        lab = open_lab("flowers", overrides={"dataset": str(folder)}, root=tmp_path / "root")
        assert find_originals(lab, tmp_path / "spare") == folder
        assert not lab.paths.root.exists()

    def test_pictures_of_an_earlier_run_are_taken(self, picture_folder, tmp_path, source, capsys):
        lab = open_lab("flowers", overrides={"source": str(source)}, root=tmp_path / "root")
        lab.paths.data.mkdir(parents=True)
        picture_folder({"cat": 3, "dog": 3}).rename(lab.paths.raw)
        before = tree(lab.paths.root)
        assert find_originals(lab, tmp_path / "spare") == lab.paths.raw
        assert tree(lab.paths.root) == before
        assert "is not read" in capsys.readouterr().out

    def test_otherwise_they_are_fetched_but_not_into_the_users_root(self, tmp_path, source):
        lab = open_lab("flowers", overrides={"source": str(source)}, root=tmp_path / "root")
        found = find_originals(lab, tmp_path / "spare")
        assert found.is_relative_to(tmp_path / "spare")
        assert len(tree(found)) == 6
        assert not lab.paths.root.exists()
