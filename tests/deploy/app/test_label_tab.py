"""The tab of suspect labels without a browser: what it shows, and the file that it writes."""

import codecs
import csv

import pandas as pd
import pytest

from auxiliary.data.fixes.fixes_file import LEAVE_OUT, read_fixes
from auxiliary.deploy.app import serve
from auxiliary.deploy.app.chosen_labels import ChosenLabels
from auxiliary.deploy.app.suspect_list import SIDE, SuspectList, suspect_lists

gradio = pytest.importorskip("gradio", reason="gradio is not installed")

from auxiliary.deploy.app.label_tab import LabelTab, label_tab  # noqa: E402


@pytest.fixture
def table(trained_root) -> pd.DataFrame:
    """Three suspect labels."""
    images = trained_root.runs["small"].predictions.head(3)
    return images.assign(original=[f"red/{name}.png" for name in ("<1>", "=2", "ä")], suggested="blue", confidence=0.9,
                         split="test", original_hash=["h1", "h2", "h3"])


@pytest.fixture
def suspects(table, tmp_path, trained_root) -> SuspectList:
    (tmp_path / "processed").symlink_to(trained_root.root / "data" / "colours" / "processed")
    return SuspectList(table, ["blue", "green", "red"], tmp_path)


@pytest.fixture
def tab(suspects) -> LabelTab:
    return LabelTab({"colours": suspects})


def written(suspects: SuspectList) -> list[tuple[str, str, str]]:
    return [fix[:3] for fix in read_fixes(suspects.path).rows]


def test_each_choice_is_written_at_once_and_the_next_image_is_shown(tab, suspects, table):
    own = table["category"].iloc[0]
    place, image, words, note, _ = tab.choose(SuspectList.keep, "colours", 0, "blue")
    assert place == 1 and image.shape == (SIDE, SIDE, 3) and "### 2 of 3" in words
    assert written(suspects) == [("red/<1>.png", own, "h1")]
    assert f"label_fixes: {suspects.path}" in note and note.startswith("1 chosen")
    tab.choose(SuspectList.relabel, "colours", 1, "green")
    tab.choose(SuspectList.leave_out, "colours", 2, "green")
    assert written(suspects)[1:] == [("red/=2.png", "green", "h2"), ("red/ä.png", LEAVE_OUT, "h3")]


def test_another_choice_replaces_the_first_one(tab, suspects):
    for category in ("green", "blue"):
        tab.choose(SuspectList.relabel, "colours", 0, category)
    assert written(suspects) == [("red/<1>.png", "blue", "h1")]


def test_what_was_chosen_is_shown_again(tab):
    tab.choose(SuspectList.leave_out, "colours", 0, "")
    words = tab.show("colours", 0)[1]
    assert r"chosen: **\<leave out\>**" in words and r"red\/\<1\>\.png" in words
    assert "nothing chosen yet" in tab.show("colours", 1)[1]


def test_after_the_last_image_comes_the_first(tab):
    assert tab.move(1, "colours", 2, "")[0] == 0
    assert tab.move(-1, "colours", 0, "")[0] == 2


def test_a_class_that_is_none_is_refused_and_nothing_is_written(tab, suspects):
    place, _, _, note, _ = tab.choose(SuspectList.relabel, "colours", 0, "purple")
    assert place == 0 and "there is no class" in note
    assert not suspects.path.exists()


def test_other_rows_and_columns_of_the_file_stay(suspects):
    suspects.path.write_bytes(codecs.BOM_UTF16_LE + (
        "note;Original;new_label\nmine;red/other.png;green\n;red/=2.png;\n").encode("utf-16-le"))
    suspects.relabel(1, "blue")
    with suspects.path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["note", "original", "new_label", "original_hash"],
                                          ["mine", "red/other.png", "green", ""], ["", "red/=2.png", "blue", "h2"]]


@pytest.mark.parametrize("content", ["file,label\na,b\n", "original,new_label\na.jpg,cat\na.jpg,dog\n", "PK\0"])
def test_a_file_that_is_no_such_table_is_named_and_not_changed(tab, suspects, content):
    suspects.path.write_text(content)
    place, _, words, note, _ = tab.choose(SuspectList.keep, "colours", 0, "")
    assert place == 0 and "label" in note.replace("\\", "") and "1 of 3" in words
    assert suspects.path.read_text() == content


def test_a_new_file_begins_with_the_fixes_that_are_applied_already(table, tmp_path):
    applied = pd.DataFrame({"original": ["green/1.png", "red/=2.png"], "new_label": ["blue", LEAVE_OUT],
                            "original_hash": ["h9", "h2"], "outcome": "relabelled"})
    suspects = SuspectList(table, ["blue", "green", "red"], tmp_path, applied)
    note = LabelTab({"colours": suspects}).show("colours", 0)[2]
    assert note.endswith(f"written at once to `{suspects.path}`, with the 2 fixes that are applied already.")
    suspects.relabel(1, "green")
    assert written(suspects) == [("green/1.png", "blue", "h9"), ("red/=2.png", "green", "h2")]


def test_only_processed_images_are_shown(table, tmp_path):
    (tmp_path / "processed").mkdir()
    assert SuspectList(table, ["blue"], tmp_path).image(0) is None


def test_a_label_is_written_below_the_data_set_alone(tmp_path):
    chosen = ChosenLabels(tmp_path)
    assert chosen.read() == {}
    chosen.choose("a.jpg", "cat", "h1")
    assert chosen.path == tmp_path / "label-fixes.csv" and chosen.read() == {"a.jpg": "cat"}


def test_a_name_that_a_spreadsheet_would_calculate_is_written_once_and_read_back(tmp_path):
    chosen = ChosenLabels(tmp_path, [["=1.jpg", "cat", "h1"]])
    assert chosen.read() == {"=1.jpg": "cat"}
    chosen.choose("@2.jpg", "dog", "h2")
    chosen.choose("=1.jpg", "dog", "h1")
    assert chosen.read() == {"=1.jpg": "dog", "@2.jpg": "dog"}
    assert chosen.path.read_text(encoding="utf-8-sig").splitlines()[1:] == [
        '"./@2.jpg","dog","h2"', '"./=1.jpg","dog","h1"']


def test_a_class_that_a_spreadsheet_would_calculate_is_written_so_that_it_does_not(tmp_path):
    chosen = ChosenLabels(tmp_path, [["1.jpg", "+1", "h1"]])
    chosen.choose("2.jpg", "=1", "h2")
    assert chosen.read() == {"1.jpg": "+1", "2.jpg": "=1"}
    assert chosen.path.read_text(encoding="utf-8-sig").splitlines()[1:] == [
        '"1.jpg","./+1","h1"', '"2.jpg","./=1","h2"']


@pytest.mark.parametrize(("host", "local"), [("127.0.0.1", True), ("::1", True), ("localhost", True),
                                             ("0.0.0.0", False), ("::", False), ("192.168.0.7", False)])
def test_the_tab_is_there_only_while_no_other_machine_reaches_the_page(monkeypatch, tmp_path, host, local):
    monkeypatch.setattr("auxiliary.deploy.app.label_tab.suspect_lists", lambda *_: {"colours": None})
    assert (serve._labels(host, tmp_path, ["colours"]) is not None) == local


def test_data_sets_without_suspect_labels_have_no_tab(trained_root, capsys):
    assert label_tab(trained_root.root, ["colours", "nothing"]) is None
    assert suspect_lists(trained_root.root, ["colours"]) == {}
    assert capsys.readouterr().out == ""
