import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.core.spec import operation, parse_spec


@operation
class Conv:
    filters: int
    size: int = 3
    padding: str = "valid"


@operation
class Pool:
    pass


@operation
class Drop:
    rate: float


REGISTRY = {"conv": Conv, "pool": Pool, "drop": Drop}


def parse(spec):
    return parse_spec(spec, REGISTRY, "net")


def test_spec_becomes_one_record_per_operation():
    assert parse("conv(16) | pool|drop(0.5)") == (Conv(16), Pool(), Drop(0.5))


def test_arguments_by_position_or_by_name():
    assert parse("conv(16, 5)") == parse("conv(16, size=5)") == parse("conv(size=5, filters=16)") == (Conv(16, 5),)


def test_bare_word_is_a_string():
    assert parse("conv(8, padding=same)") == parse("conv(8, padding='same')") == (Conv(8, padding="same"),)


@pytest.mark.parametrize("spec", ["pool", "pool()", "  pool  ", "\npool\n"])
def test_operation_without_arguments_needs_no_parentheses(spec):
    assert parse(spec) == (Pool(),)


@pytest.mark.parametrize("spec", ["", "   ", "\n"])
def test_empty_spec_has_no_operations(spec):
    assert parse(spec) == ()


def test_integer_is_accepted_as_float():
    assert parse("drop(0)") == (Drop(0.0),)


def test_operation_is_immutable_and_shows_its_defaults():
    (conv,) = parse("conv(16)")
    assert repr(conv) == "Conv(filters=16, size=3, padding='valid')"
    assert hash(conv) == hash(Conv(16))
    with pytest.raises(dataclasses.FrozenInstanceError):
        conv.filters = 3


AN_OPERATION = "an operation is a name, with its arguments in brackets if it takes any (valid: conv, drop, pool)"


@pytest.mark.parametrize(("spec", "message"), [
    ("covn(16)", "unknown net operation 'covn': did you mean 'conv'? (valid: conv, drop, pool)"),
    ("pool | ", "net: cannot read ''; " + AN_OPERATION),
    ("pool pool", "net: cannot read 'pool pool'; " + AN_OPERATION),
    ("conv(16", "net: cannot read 'conv(16'; " + AN_OPERATION),
    ("conv(f(3))", "net: cannot read 'conv(f(3))'; " + AN_OPERATION),
    ("16", "net: cannot read '16'; " + AN_OPERATION),
    ("conv({[]})", "net: cannot read 'conv({[]})'; " + AN_OPERATION),
    ("conv(1, **{'size': 5})", "net: cannot read \"conv(1, **{'size': 5})\"; " + AN_OPERATION),
    ("conv", "net: `conv`: filters: field required (it takes filters, size, padding)"),
    ("conv(1, 2, same, 4)", "net: `conv(1, 2, same, 4)` has 4 arguments; conv takes filters, size, padding"),
    ("pool(2)", "net: `pool(2)` has 1 argument; pool takes none"),
    ("conv(2.5)", "net: `conv(2.5)`: filters: input should be a valid integer (it takes filters, size, padding)"),
    ("conv('16')", "net: `conv('16')`: filters: input should be a valid integer (it takes filters, size, padding)"),
    ("conv(16, filter=3)", "net: `conv(16, filter=3)`: filter: unexpected keyword argument "
                           "(it takes filters, size, padding)"),
    ("conv(filter=3)", "net: `conv(filter=3)`: filter: unexpected keyword argument (it takes filters, size, padding)"),
    ("conv(16, filters=3)", "net: `conv(16, filters=3)`: it takes filters, size, padding"),
])
def test_mistake_is_named_with_the_valid_arguments(spec, message):
    with pytest.raises(UserError) as caught:
        parse(spec)
    assert str(caught.value) == message


records = st.one_of(
    st.builds(Conv, st.integers(), st.integers(), st.sampled_from(["valid", "same"])),
    st.just(Pool()), st.builds(Drop, st.floats(allow_nan=False, allow_infinity=False)))


@given(st.lists(records))
def test_records_written_as_a_spec_are_parsed_back(steps):
    spec = " | ".join(repr(step).replace(type(step).__name__, type(step).__name__.lower()) for step in steps)
    assert parse(spec) == tuple(steps)


TOKENS = ["conv", "pool", "drop", "size", "(", ")", "[", "]", "{", "}", "*", "**", "=", ",", ":", "|", "-", "1", "'a'"]


@given(st.one_of(st.text(), st.lists(st.sampled_from(TOKENS)).map("".join)))
def test_any_text_is_parsed_or_refused_with_a_message(text):
    try:
        parse(text)
    except UserError as error:
        assert "net" in str(error)
