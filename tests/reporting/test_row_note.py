import pytest

from auxiliary.reporting.row_note import row_note
from auxiliary.runs.result import REFIT

PLAIN = {"tta": "", "averaging": "", "refit": "", "network": "conv(4) | gap"}


@pytest.fixture
def note(results_of):
    """The note on rows with these settings, one list of settings per row."""
    return lambda **rows: row_note(results_of(*({"key": key} | PLAIN | row for key, row in rows.items())))


def test_usual_rows_need_none(note):
    assert note(plain={}, other={"epochs": 3}) == ""


@pytest.mark.parametrize(("settings", "said"), [
    ({"tta": "mirror"}, "row: mean over several views of an image (tta)"),
    ({"averaging": "ema(0.99)"}, "row: average of the weights over the training (averaging)"),
    ({"refit": REFIT}, "row, refit: trained on the validation images too, so without a validation accuracy (refit)"),
    ({"network": "ensemble(a, b)"}, "row: mean of the predictions of its members (ensemble)")])
def test_each_kind_of_row_is_named(note, settings, said):
    assert note(plain={}, row=settings) == said


def test_a_row_of_two_kinds_is_in_both_and_of_many_rows_three_are_named(note):
    rows = {name: {"tta": "mirror"} for name in "abcd"} | {"e": {"tta": "mirror", "averaging": "lookahead"}}
    assert note(**rows) == ("a, b, c and 2 more: mean over several views of an image (tta); "
                            "e: average of the weights over the training (averaging)")
