import json

import pandas as pd
import pytest

from auxiliary.data.tables import write_table
from auxiliary.evaluation.saved import saved_predictions

PREDICTIONS = pd.DataFrame({"filepath": ["/pictures/a.png"], "category": ["NA"], "label": [0], "predicted": ["NA"],
                            "confidence": [1.0], "p:NA": [1.0]})


@pytest.fixture
def models(tmp_path):
    """The folder of a finished run, `cnn-1f-20250616T120000`, and one of a broken run, `lite0-2e`."""
    for name in ("cnn-1f", "lite0-2e"):
        (tmp_path / name).mkdir()
        write_table(PREDICTIONS, tmp_path / name / "predictions-test.csv")
    (tmp_path / "cnn-1f" / "result.json").write_text(json.dumps({"run": "cnn-1f-20250616T120000"}), encoding="utf-8")
    return tmp_path


def read(models, *runs):
    return saved_predictions(pd.DataFrame({"run": runs}), models)


def test_the_predictions_of_a_finished_run_come_by_its_name(models):
    found = read(models, "cnn-1f-20250616T120000")
    assert list(found) == ["cnn-1f-20250616T120000"]
    pd.testing.assert_frame_equal(found["cnn-1f-20250616T120000"], PREDICTIONS, check_dtype=False)


@pytest.mark.parametrize("run", ["cnn-1f-20200101T000000", "lite0-2e-20250616T120000", "gone-3d-20250616T120000",
                                 "cnn-1f", "cnn", ""])
def test_a_run_of_another_time_a_broken_one_and_one_that_is_not_here_are_left_out(models, run):
    assert read(models, run, "cnn-1f-20250616T120000").keys() == {"cnn-1f-20250616T120000"}


def test_nothing_is_read_where_there_are_no_models(tmp_path):
    assert read(tmp_path / "models", "cnn-1f-20250616T120000") == {}
