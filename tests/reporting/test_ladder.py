import pandas as pd
import pytest

from auxiliary.evaluation.compare import compare
from auxiliary.reporting.ladder import gains, ladder_table, ladders
from auxiliary.reporting.ladder_figure import ladder_figure
from auxiliary.runs.seeds import over_seeds


def right(count: int) -> pd.DataFrame:
    """Predictions for 100 images, the first `count` of them right."""
    return pd.DataFrame({"filepath": [f"{number}.png" for number in range(100)], "category": "a",
                         "predicted": ["a"] * count + ["b"] * (100 - count)})


ROWS = [{"model_id": "fast", "key": "step10", "run_id": "three", "accuracy": 0.9, "tta": "mirror", "epochs": 0,
         "parent": "step2"},
        {"model_id": "fast", "key": "step2", "run_id": "two", "accuracy": 0.8},
        {"model_id": "fast", "key": "step1", "run_id": "one", "accuracy": 0.5, "augment": ""},
        {"model_id": "other", "key": "other", "run_id": "four", "accuracy": 0.7}]
PREDICTIONS = {"one": right(50), "two": right(80), "three": right(90)}
SAME = {"tta": "", "augment": "flip", "parent": "", "test_images": 100, "dataset": "demo", "images_hash": "h1"}


@pytest.fixture
def rows(results_of):
    found, = ladders(over_seeds(results_of(*(SAME | row for row in ROWS))))
    return found


def test_a_ladder_is_a_model_of_three_experiments_in_the_order_of_their_keys(rows):
    assert rows["key"].tolist() == ["step1", "step2", "step10"]


def test_two_experiments_of_a_model_are_none(results_of):
    assert ladders(over_seeds(results_of(*(SAME | row for row in ROWS[1:])))) == []


def test_one_that_diverged_is_no_step(results_of):
    lost = {"accuracy": float("nan"), "diverged": "in epoch 1"}
    assert ladders(over_seeds(results_of(*(SAME | row for row in [ROWS[0] | lost, *ROWS[1:]])))) == []


def test_each_step_names_what_it_changes(rows):
    assert ladder_table(rows, gains(rows, {}))["changed"].tolist() == ["", "augment flip", "mirror"]


def test_a_gain_is_the_paired_difference_to_the_step_before(rows):
    first, second, third = gains(rows, PREDICTIONS)
    assert first is None
    assert (second.points, third.points, third.paired) == (pytest.approx(30), pytest.approx(10), True)
    assert third == compare(rows.iloc[2], rows.iloc[1], PREDICTIONS)
    assert ladder_table(rows, gains(rows, PREDICTIONS))["gain"][1].startswith("+30.0 (+")


def test_the_figure_has_a_name_and_a_gain_per_step(rows):
    fig = ladder_figure(rows, gains(rows, PREDICTIONS))
    axes = fig.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["step1", "step2", "step10"]
    assert [text.get_text() for text in axes.texts] == ["0.500", "0.800  (+30.0)", "0.900  (+10.0)"]
    assert fig.get_suptitle() == "fast step by step: from 0.500 to 0.900"
