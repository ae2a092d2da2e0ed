import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from auxiliary.core.errors import UserError
from auxiliary.data.tables import read_table, write_table

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tables")


@given(st.lists(st.tuples(names, names), min_size=1), st.floats(allow_infinity=False, allow_nan=False))
def test_names_and_numbers_come_back_to_the_last_digit(folder, rows, number):
    df = pd.DataFrame({"filepath": [f"{folder}/x/{name}" for name, _ in rows],
                       "category": [category for _, category in rows], "p:a": number})
    write_table(df, folder / "t.csv")
    assert_frame_equal(read_table(folder / "t.csv"), df, check_exact=True)


@pytest.mark.parametrize("category", ["NA", "nan", "None", "null", "007", "1e5", "True", "", "two\r\nlines", '"é", ß'])
def test_a_category_is_always_text(tmp_path, category):
    write_table(pd.DataFrame({"category": [category], "label": [0]}), tmp_path / "t.csv")
    read = read_table(tmp_path / "t.csv")
    assert read["category"].tolist() == [category]
    assert read["label"].dtype == "int64"


def test_missing_numbers_stay_missing(tmp_path):
    df = pd.DataFrame({"width": pd.array([3, None], "Int64"), "loss": [0.1, None], "error": ["", "truncated"]})
    write_table(df, tmp_path / "t.csv")
    assert_frame_equal(read_table(tmp_path / "t.csv"), df)


def test_a_folder_can_be_moved(tmp_path):
    old, new, elsewhere = tmp_path / "old", tmp_path / "new", "/somewhere/else/b.jpg"
    write_table(pd.DataFrame({"filepath": [str(old / "raw" / "a.jpg"), elsewhere]}), old / "t.csv")
    assert "raw/a.jpg" in (old / "t.csv").read_text().splitlines()[1]
    assert str(tmp_path) not in (old / "t.csv").read_text()
    old.rename(new)
    assert read_table(new / "t.csv")["filepath"].tolist() == [str(new / "raw" / "a.jpg"), elsewhere]


def test_a_relative_table_gives_absolute_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_table(pd.DataFrame({"filepath": [str(tmp_path / "a.jpg")]}), tmp_path / "t.csv")
    assert read_table(tmp_path.joinpath("t.csv").relative_to(tmp_path))["filepath"][0] == str(tmp_path / "a.jpg")


def test_an_empty_table_keeps_its_columns(tmp_path):
    write_table(pd.DataFrame({"filepath": [], "width": []}), tmp_path / "t.csv")
    assert list(read_table(tmp_path / "t.csv").columns) == ["filepath", "width"]


def test_a_missing_table_is_named_with_the_way_out(tmp_path):
    with pytest.raises(UserError, match=r"train\.csv does not exist.*--only 01"):
        read_table(tmp_path / "train.csv")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'width\n"many"\n'])
def test_a_spoilt_table_is_named_with_the_way_out(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(UserError, match=r"t\.csv cannot be read.*--only 01"):
        read_table(tmp_path / "t.csv")
