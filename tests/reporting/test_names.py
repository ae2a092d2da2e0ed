import unicodedata

import pytest

from auxiliary.reporting import names as module
from auxiliary.reporting.names import Names, in_label_order, stand_in_table

UNKNOWN = "\u0378"      # no letter, so that no font has it
COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))


def test_a_name_is_drawn_as_it_is():
    names = Names(["cat", "$cash_1^2$"])
    assert [names.category("$cash_1^2$"), names.text("a  b", "(line 1)")] == ["$cash_1^2$", "a b"]
    assert names.stand_ins == {}


@pytest.mark.parametrize("name", [UNKNOWN, f"cat {UNKNOWN}", "a\x1b[31m", "\u202eright to left", "\udcff"])
def test_one_that_cannot_be_drawn_is_a_number_and_a_class_its_label(name):
    names = Names(["cat", name])
    assert [names.category("cat"), names.category(name), names.text(name, "(line 1)")] == [
        "cat", "(class 1)", "(line 1)"]
    assert names.stand_ins == {"(class 1)": name, "(line 1)": name}


@pytest.mark.parametrize(("one", "other"), [(COMPOSED, DECOMPOSED), ("bar", "bar "), ("a" * 50, "a" * 49)])
def test_classes_that_look_alike_are_numbers(one, other):
    names = Names([one, "dog", other])
    assert [names.category(name, 20) for name in (one, "dog", other)] == ["(class 0)", "dog", "(class 2)"]


def test_a_name_from_right_to_left_leaves_the_words_beside_it_in_order():
    assert Names().text("قطة", "(line 1)") == "\u200eقطة\u200e"


@pytest.mark.parametrize(("name", "look"), [("猫" * 9, "猫猫猫猫…猫猫猫"), ("猫" * 8 + "!", "猫猫猫猫…猫猫!")])
def test_wide_letters_are_cut_earlier(monkeypatch, name, look):
    monkeypatch.setattr(module, "can_draw", lambda _: True)
    assert Names().text(name, "(line 1)", 16) == look


def test_a_letter_of_two_characters_is_drawn_as_one():
    assert Names([DECOMPOSED]).category(DECOMPOSED) == COMPOSED


def test_the_table_tells_names_apart_that_look_alike():
    table = stand_in_table({"(class 10)": "bar", "(class 2)": "bar ", "(class 1)": DECOMPOSED, "(line 1)": "\x1b"})
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["(class 1)", f"{DECOMPOSED} ('cafe\\u0301')"], ["(class 2)", "bar  ('bar ')"], ["(class 10)", "bar"],
        ["(line 1)", "\\x1b ('\\x1b')"]]


def test_the_order_of_labels():
    assert in_label_order(["c10", "", "c2", "c10"]) == ["c2", "c10"]


def test_a_path_is_cut_into_lines_and_loses_letters_only_where_it_is_too_long():
    names = Names()
    assert names.path("cat/a.png", "(file 1)", letters=10) == "cat/a.png"
    assert names.path("cat/images/a.png", "(file 1)", letters=10) == "cat/images\n/a.png"
    assert names.path("b" * 31, "(file 1)", letters=10).count("b") == 29
    assert names.stand_ins == {}
    assert names.path("\u0378", "(file 1)", letters=10) == "(file 1)"
