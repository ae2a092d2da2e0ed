from auxiliary.core.errors import UserError, unknown

OPERATIONS = {"pool", "conv", "dense"}


def test_an_unknown_name_comes_with_the_nearest_and_all_valid_ones():
    error = unknown("operation", "covn", OPERATIONS)
    assert isinstance(error, UserError)
    assert str(error) == "unknown operation 'covn': did you mean 'conv'? (valid: conv, dense, pool)"


def test_a_name_like_no_other_comes_with_the_valid_ones_alone():
    assert str(unknown("operation", "xyz", OPERATIONS)) == "unknown operation 'xyz': (valid: conv, dense, pool)"


def test_what_is_no_text_can_be_unknown_too():
    assert str(unknown("backbone", 5, iter(["lite0"]))) == "unknown backbone '5': (valid: lite0)"
