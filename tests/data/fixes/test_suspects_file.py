"""The list of suspect labels that people fill in: what they wrote is never lost."""

import pandas as pd
import pytest

from auxiliary.data.fixes.fixes_file import read_fixes
from auxiliary.data.fixes.suspects_file import newer_list, refresh_suspects
from auxiliary.data.tables import write_table


@pytest.fixture
def lists(tmp_path):
    """The list that is made, and the one for people."""
    return tmp_path / "processed" / "suspects.csv", tmp_path / "suspects.csv"


def make(path, *names: str, label: str = "") -> None:
    table = pd.DataFrame({"original": names, "category": label or "007", "suggested": label or "dog",
                          "confidence": 0.1 + 0.2,
                          "filepath": [f"{path.parents[1]}/processed/{name}" for name in names]})
    write_table(table, path, path.parents[1])


def fill_in(path, label: str) -> None:
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    table.loc[0, "new_label"] = label
    table.to_csv(path, index=False)


def test_people_get_an_empty_column_beside_the_suggestion(lists):
    made, shown = lists
    make(made, "cat/ä.jpg", "cat/2.jpg")
    refresh_suspects(made, shown)
    table = pd.read_csv(shown, dtype=str, keep_default_na=False)
    assert list(table.columns) == ["original", "category", "suggested", "new_label", "confidence", "filepath"]
    assert table["original"].tolist() == ["cat/ä.jpg", "cat/2.jpg"] and set(table["new_label"]) == {""}
    assert table["category"].tolist() == ["007", "007"] and table["filepath"][0] == "processed/cat/ä.jpg"


@pytest.mark.parametrize("name", ["=1+1/a.jpg", "+a.jpg", "-a.jpg", "@a.jpg", "007"])
def test_a_spreadsheet_calculates_no_name_and_the_image_is_found_again(lists, name):
    made, shown = lists
    make(made, name, "b.jpg")
    refresh_suspects(made, shown)
    assert pd.read_csv(shown, dtype=str)["original"].tolist() == [f"./{name}", "b.jpg"]
    fill_in(shown, "cow")
    fix, = read_fixes(shown).rows
    assert (fix.original, fix.new_label) == (name, "cow")
    assert newer_list(made, shown) == ""


@pytest.mark.parametrize("label", ["=1+1", "+1", "-1", "@SUM(A1)", "./=1", "'=1", "\t=1"])
def test_a_spreadsheet_calculates_no_class_and_a_suggestion_that_is_copied_is_that_class(lists, label):
    made, shown = lists
    make(made, "a.jpg", label=label)
    refresh_suspects(made, shown)
    cells = pd.read_csv(shown, dtype=str).loc[0, ["category", "suggested"]]
    assert cells.tolist() == [f"./{label}"] * 2
    fill_in(shown, cells["suggested"])
    fix, = read_fixes(shown).rows
    assert fix.new_label == label


@pytest.mark.parametrize("label", ["dog", "007", "1e5", "./dog", "<leave out>"])
def test_other_classes_are_shown_and_read_as_they_are(lists, label):
    made, shown = lists
    make(made, "a.jpg", label=label)
    refresh_suspects(made, shown)
    assert pd.read_csv(shown, dtype=str)["suggested"][0] == label
    fill_in(shown, label)
    assert read_fixes(shown).rows[0].new_label == label


def test_an_untouched_list_follows_the_newest_one_and_goes_with_it(lists):
    made, shown = lists
    for names in (["a.jpg"], ["b.jpg", "c.jpg"]):
        make(made, *names)
        refresh_suspects(made, shown)
        assert pd.read_csv(shown)["original"].tolist() == names
    made.unlink()
    refresh_suspects(made, shown)
    assert not shown.exists()


@pytest.mark.parametrize("header", ["New_Label", " new_label "])
def test_the_column_may_be_spelt_otherwise(lists, header):
    made, shown = lists
    make(made, "b.jpg")
    shown.write_text(f"original,{header}\na.jpg,cow\na.jpg,\n")
    refresh_suspects(made, shown)
    assert "cow" in shown.read_text()


@pytest.mark.parametrize("gone", [False, True])
def test_a_list_that_was_filled_in_is_never_replaced(lists, gone):
    made, shown = lists
    make(made, "a.jpg", "b.jpg")
    refresh_suspects(made, shown)
    fill_in(shown, "cow")
    before = shown.read_bytes()
    refresh_suspects(made, shown)
    assert newer_list(made, shown) == ""
    if gone:
        made.unlink()
    else:
        make(made, "c.jpg")
    refresh_suspects(made, shown)
    assert shown.read_bytes() == before
    assert newer_list(made, shown) == ("" if gone else (
        f"{shown} stays as it is, because it has 1 label of yours; the newest list is {made}"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_what_a_spreadsheet_saves_is_kept_and_read(lists, encoding):
    made, shown = lists
    make(made, "cat/ä, b.jpg", "c.jpg")
    refresh_suspects(made, shown)
    fill_in(shown, "Kätzchen")
    filled = pd.read_csv(shown, dtype=str, keep_default_na=False)
    filled.to_csv(shown, sep=";", lineterminator="\r\n", index=False, encoding=encoding)
    before = shown.read_bytes()
    make(made, "d.jpg")
    refresh_suspects(made, shown)
    assert shown.read_bytes() == before
    assert [fix[:2] for fix in read_fixes(shown).rows] == [("cat/ä, b.jpg", "Kätzchen")]


def test_a_file_that_cannot_be_read_may_hold_labels_and_stays(lists):
    made, shown = lists
    make(made, "a.jpg")
    shown.write_bytes(b"PK\x03\x04\0\0 a workbook under this name")
    refresh_suspects(made, shown)
    assert shown.read_bytes().startswith(b"PK")
    assert newer_list(made, shown).startswith(f"{shown} stays as it is, because it may hold labels of yours: ")


def test_the_list_of_an_earlier_version_is_replaced(lists):
    made, shown = lists
    make(made, "a.jpg")
    shown.write_bytes(made.read_bytes())
    refresh_suspects(made, shown)
    assert "new_label" in pd.read_csv(shown).columns
