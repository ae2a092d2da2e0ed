import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.text import (
    counted,
    counting_order,
    duration,
    first_few,
    format_bytes,
    listed,
    matches,
    one_line,
    percent,
    printable,
    short,
)


@pytest.mark.parametrize(("seconds", "text"), [
    (0.4, "0 s"), (57, "57 s"), (119, "119 s"), (120, "2 min"), (900, "15 min"), (7200, "2.0 h"), (9000, "2.5 h")])
def test_duration_has_its_unit(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize("images", [200, 400, 2000])
def test_percent_has_the_digits_of_tables(images):
    for count in range(images + 1):
        tenths, digits = percent(count / images), f"{count / images:.3f}"
        assert f"{int(digits.replace('.', '')) / 10:.1f}%" == tenths


@pytest.mark.parametrize(("count", "text"), [(123456789, "123.5 MB"), (12.3e9, "12.3 GB"), (0, "0.0 MB")])
def test_bytes_have_their_unit(count, text):
    assert format_bytes(count) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0 classes"), (1, "1 class"), (10_000, "10,000 classes")])
def test_number_decides_the_form_of_its_noun(number, text):
    assert counted(number, "class") == text


@pytest.mark.parametrize(("noun", "plural"), [
    ("image", "images"), ("epoch", "epochs"), ("class", "classes"), ("batch", "batches"), ("share", "shares")])
def test_plural_is_regular_unless_given(noun, plural):
    assert (counted(2, noun), counted(2, noun, "are")) == (f"2 {plural}", "2 are")


@pytest.mark.parametrize(("pattern", "expected"), [
    ("conv*", True), ("conv[16]", True), ("conv?16?", True), ("Conv*", False), ("conv", False), ("conv1", False)])
def test_name_matches_a_pattern_or_itself(pattern, expected):
    assert matches("conv[16]", pattern) is expected


@pytest.mark.parametrize(("most", "text"), [
    (1, "a and 2 more"), (2, "a, b and 1 more"), (3, "a, b, c"), (4, "a, b, c")])
def test_the_first_words_of_a_list(most, text):
    assert first_few(["a", "b", "c"], most) == text


@pytest.mark.parametrize(("words", "text"), [
    ("", ""), ("a", "a"), ("ab", "a and b"), ("abc", "a, b and c"), ("abcde", "a, b, c and 2 more")])
def test_words_as_a_sentence_names_them(words, text):
    assert listed([*words], 3) == text


@given(st.text(), st.integers(3, 40))
def test_short_name_fits_on_one_line(name, longest):
    assert len(short(name, longest)) <= longest
    assert len(short(name, longest).splitlines()) <= 1


def test_short_name_keeps_both_ends():
    assert short("abcdefghij", 5) == "ab…ij"
    assert short("a\nb") == "a b"


@pytest.mark.parametrize(("text", "shown"), [
    ("a\x1b[31mb", r"a\x1b[31mb"), ("a\rb\tc\0", r"a\rb\tc\x00"), ("two\nlines", "two\nlines"), ("\x9b", r"\x9b"),
    ("fdp.\u202egpj", r"fdp.\u202egpj"), ("\u2066\u2069\u2028", r"\u2066\u2069\u2028"), ("\udcff", r"\udcff"),
    ("köln 雏菊 👩‍🌾 [red] :smile:", "köln 雏菊 👩‍🌾 [red] :smile:")])
def test_control_characters_are_escaped_and_other_text_stays(text, shown):
    assert printable(text) == shown
    assert printable(shown) == shown
    assert one_line(text) == shown.replace("\n", r"\n")


@given(st.text(st.characters()))
def test_whatever_is_printable_can_be_written_and_steers_nothing(text):
    shown = printable(text)
    shown.encode("utf-8")
    assert not [letter for letter in shown if letter != "\n" and unicodedata.category(letter) in ("Cc", "Cs")]


@pytest.mark.parametrize("names", [
    ["class1", "class2", "class10"], ["2", "10", "10a", "a", "a1", "ab"], ["x01", "x1", "x1a", "x02"], ["", "1", "²"],
    ["٣", "4", "١٠", "11"], ["v1.2", "v1.10", "v2"]])
def test_names_are_sorted_as_people_count(names):
    again = names[::-1]
    assert sorted(again, key=counting_order) == names


@given(st.lists(st.text(), unique=True))
def test_names_have_one_order_and_without_digits_the_alphabetical_one(names):
    again = names[::-1]
    assert sorted(names, key=counting_order) == sorted(again, key=counting_order)
    plain = [name for name in names if not any(map(str.isdecimal, name))]
    assert sorted(plain, key=counting_order) == sorted(plain)
