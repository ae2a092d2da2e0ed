from auxiliary.core.errors import UserError, unknown

OPERATIONS = {"pool", "conv", "dense"}


def test_message_has_the_most_similar_and_all_valid_names():
    error = unknown("operation", "covn", OPERATIONS)
    assert isinstance(error, UserError)
    assert str(error) == "unknown operation 'covn': did you mean 'conv'? (valid: conv, dense, pool)"


def test_without_a_similar_name_only_the_valid_ones_are_listed():
    assert str(unknown("operation", "xyz", OPERATIONS)) == "unknown operation 'xyz': (valid: conv, dense, pool)"


def test_name_need_not_be_text():
    assert str(unknown("backbone", 5, iter(["lite0"]))) == "unknown backbone '5': (valid: lite0)"
