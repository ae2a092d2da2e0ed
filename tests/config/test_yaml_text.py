"""YAML that stands for more than it holds, or that Python cannot make values of: one sentence with the line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.constructor import RoundTripConstructor

from auxiliary.config.loader import load_profile
from auxiliary.config.parameters import read_parameters, read_value
from auxiliary.config.yaml_text import DEEPEST, LONGEST, MOST, plain, read_yaml
from auxiliary.core.errors import UserError

# Ten lines, each of nine aliases of the line before.
LAUGHS = "a: &a [x]\n" + "".join(f"{after}: &{after} [{', '.join(9 * [f'*{before}'])}]\n"
                                 for before, after in zip("abcdefghi", "bcdefghij", strict=True))
REFUSED = {
    "laughs": (LAUGHS, 5), "itself": ("x: 1\na: &a [*a]", 2), "nothing": ("x: *a", 1),
    "flow": ("x: 1\ny: " + 3000 * "[", 2),
    "block": ("\n".join(" " * depth + "a:" for depth in range(300)), DEEPEST + 1),
    "deep alias": ("a: &a " + 9 * "[" + 9 * "]" + "\nb: &b " + 9 * "[" + "*a" + 9 * "]" + "\nc: [[[*b]]]", 3),
    "many": ("a: b\n" * MOST, MOST // 2), "digits": ("x: 1\ny: " + 5000 * "9", 2),
    "hexadecimal": ("x: 0x" + 99 * "f", 1),
    "no number": ("x: 1\ny: !!int abc", 2), "no set": ("x: !!set y", 1), "no boolean": ("x: !!bool maybe", 1),
    "twice": ("x: 1\nx: 2", 2), "two documents": ("x: 1\n---\ny: 2", 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_line_is_named(name, monkeypatch):
    text, line = REFUSED[name]
    made = []
    construct = RoundTripConstructor.construct_object
    monkeypatch.setattr(RoundTripConstructor, "construct_object",
                        lambda self, *given: made.append(given) or construct(self, *given))
    with pytest.raises(UserError, match=rf"^mine\.yaml:{line}: not valid YAML: "):
        read_yaml(text, "mine.yaml")
    assert len(made) < 10


def test_a_long_text_is_not_read():
    with pytest.raises(UserError, match=r"^mine\.yaml is too long"):
        read_yaml("x" * (LONGEST + 1), "mine.yaml")


@pytest.mark.parametrize(("text", "value"), [
    ("x: 2024-01-01", {"x": "2024-01-01"}), ("x: 2001-99-99", {"x": "2001-99-99"}), ("x: NO", {"x": "NO"}),
    ("a: &a {x: 1}\nb: {<<: *a, y: 2.5}", {"a": {"x": 1}, "b": {"x": 1, "y": 2.5}}), ("", None),
    ("x: [true, null, 0x10, 1_000]", {"x": [True, None, 16, 1000]}),
    ("a: &a true\nb: *a\nc: &c 1\nd: &d [yes]", {"a": True, "b": True, "c": 1, "d": ["yes"]})])
def test_dates_stay_text_and_few_aliases_are_followed(text, value):
    # `True == 1` in Python, but not in JSON.
    assert json.dumps(plain(read_yaml(text, "")), sort_keys=True) == json.dumps(value, sort_keys=True)


@given(st.text() | st.lists(st.sampled_from([*"[]{}:,-?&*!|>'\"%@#ax1 \n", "<<: ", "!!", "&a ", "*a ", "---\n"])).map(
    "".join))
def test_any_text_is_a_value_or_a_sentence(text):
    try:
        plain(read_yaml(text, "mine.yaml"))
    except UserError as error:
        assert str(error).startswith("mine.yaml")


def test_a_file_that_is_too_long_is_not_read(tmp_path):
    path = tmp_path / "mine.yaml"
    with path.open("wb") as file:
        file.truncate(2**40)    # takes no space
    with pytest.raises(UserError, match="too long"):
        load_profile(str(path))


@pytest.mark.parametrize("name", REFUSED)
def test_so_it_is_for_the_value_of_a_parameter(name):
    with pytest.raises(UserError) as caught:
        read_parameters({"seeds": REFUSED[name][0]})
    assert str(caught.value).startswith("parameter 'seeds': cannot read the value ") and len(str(caught.value)) < 500
    with pytest.raises(UserError):
        read_value(REFUSED[name][0])
