import pytest
from pydantic import ValidationError

from auxiliary.evaluation.columns import COLUMNS, Result, describe_columns


def test_the_first_columns_never_change():
    assert list(COLUMNS)[:5] == ["model_id", "learning_rate", "epochs", "acc_train", "accuracy"]


def test_every_column_is_described():
    frame = describe_columns()
    assert list(frame["column"]) == list(Result.model_fields)
    assert frame["meaning"].str.len().gt(3).all()
    types = frame.set_index("column")["type"]
    assert (types["run"], types["epochs"], types["accuracy"]) == ("text", "int", "float")


def test_a_result_admits_no_unknown_column(result):
    with pytest.raises(ValidationError, match="acuracy"):
        Result(**result.model_dump(), acuracy=0.5)


def test_a_result_cannot_be_changed(result):
    with pytest.raises(ValidationError, match="frozen"):
        result.accuracy = 1.0
