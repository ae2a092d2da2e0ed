import pytest
from pydantic import ValidationError

from auxiliary.runs.result import COLUMNS, Result, describe_columns, folder_of


def test_the_first_columns_never_change():
    assert list(COLUMNS)[:5] == ["model_id", "learning_rate", "epochs", "acc_train", "accuracy"]


def test_every_column_is_described():
    frame = describe_columns()
    assert list(frame["column"]) == list(Result.model_fields)
    assert frame["meaning"].str.len().gt(3).all()
    types = frame.set_index("column")["type"]
    assert (types["run_id"], types["epochs"], types["accuracy"]) == ("text", "int", "float")


@pytest.mark.parametrize(("run", "folder"), [
    ("cnn-0123456789ab-20250616T120000", "cnn-0123456789ab"), ("cnn-0123456789ab", "cnn-0123456789ab"), ("", ""),
    ("typed-in-1", "typed-in-1")])
def test_the_name_of_a_folder_is_the_run_id_without_the_time(run, folder):
    assert folder_of(run) == folder


def test_a_result_admits_no_unknown_column(result):
    with pytest.raises(ValidationError, match="acuracy"):
        Result(**result.model_dump(), acuracy=0.5)


def test_a_result_cannot_be_changed(result):
    with pytest.raises(ValidationError, match="frozen"):
        result.accuracy = 1.0
