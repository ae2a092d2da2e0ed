import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.metrics import log_loss

from auxiliary.core.errors import UserError
from auxiliary.evaluation.calibration import (
    HIGHEST,
    LOWEST,
    at_temperature,
    expected_calibration_error,
    fit_temperature,
    merged_bins,
    tempered,
)
from auxiliary.evaluation.metrics import scores


def frame_of(confidence: list[float], correct: list[bool]) -> pd.DataFrame:
    predicted = ["cat" if hit else "dog" for hit in correct]
    return pd.DataFrame({"category": "cat", "predicted": predicted, "confidence": confidence})


def test_a_case_worked_by_hand():
    # Two bins. Up to 0.5: mean confidence 0.45, half correct. Above: mean confidence 0.8, two of three correct.
    frame = frame_of([0.4, 0.5, 0.6, 0.8, 1.0], [True, False, False, True, True])
    assert expected_calibration_error(frame, bins=2) == pytest.approx(2 / 5 * 0.05 + 3 / 5 * (0.8 - 2 / 3))


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    # With 0.5 in the upper bin that would hold confidence 0.7 and accuracy 0.5, and the lower one 0.1 and 0.
    frame = frame_of([0.1, 0.5, 0.9], [False, True, False])
    assert expected_calibration_error(frame, bins=2) == pytest.approx(2 / 3 * 0.2 + 1 / 3 * 0.9)


@pytest.mark.parametrize(("confidence", "right", "error"), [(1.0, True, 0), (1.0, False, 1), (0.25, False, 0.25)])
def test_one_prediction(confidence, right, error):
    assert expected_calibration_error(frame_of([confidence], [right])) == pytest.approx(error)


def test_confidence_equal_to_accuracy_has_almost_no_error():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1, 20_000)
    frame = frame_of(confidence.tolist(), (rng.uniform(size=20_000) < confidence).tolist())
    assert expected_calibration_error(frame) < 0.015
    assert expected_calibration_error(frame.assign(confidence=confidence**0.5)) > 0.1


def test_no_images_no_error():
    with pytest.raises(UserError, match="at least one image"):
        expected_calibration_error(frame_of([], []))


CLASSES = np.array(["cat", "cow", "dog"])


def frame(probabilities: np.ndarray, labels: np.ndarray) -> pd.DataFrame:
    """A predictions frame of the first classes."""
    names = CLASSES[:probabilities.shape[1]]
    return pd.DataFrame({"category": names[labels], "predicted": names[probabilities.argmax(axis=1)],
                         "confidence": probabilities.max(axis=1),
                         **{f"p:{name}": column for name, column in zip(names, probabilities.T, strict=True)}})


def drawn(temperature: float, images: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits, and labels drawn from their probabilities at a temperature."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (images, 3))
    chances = softmax(logits / temperature, axis=1).cumsum(axis=1)
    return logits, np.minimum((rng.uniform(size=(images, 1)) > chances).sum(axis=1), 2)


def test_a_temperature_worked_by_hand():
    # Three of four cats predicted with 0.9 are cats: 0.75 fits best, and log(0.9/0.1) / log(0.75/0.25) is 2.
    predictions = frame(np.array([[0.9, 0.1]] * 4), np.array([0, 0, 0, 1]))
    assert fit_temperature(predictions) == pytest.approx(math.log(9) / math.log(3), abs=1e-4)
    assert at_temperature(predictions, 2.0)["confidence"].to_numpy() == pytest.approx(0.75)


@pytest.mark.parametrize("true", [0.4, 1.0, 2.5])
def test_no_temperature_of_a_fine_grid_fits_better(true):
    logits, labels = drawn(true)
    found = fit_temperature(frame(softmax(logits, axis=1), labels))
    grid = np.geomspace(LOWEST, HIGHEST, 1200)
    losses = [log_loss(labels, softmax(logits / temperature, axis=1)) for temperature in grid]
    assert found == pytest.approx(grid[np.argmin(losses)], rel=0.01)
    assert log_loss(labels, softmax(logits / found, axis=1)) <= min(losses) + 1e-9


def test_it_finds_the_temperature_of_the_labels():
    logits, labels = drawn(1.7, images=20_000)
    assert fit_temperature(frame(softmax(logits, axis=1), labels)) == pytest.approx(1.7, rel=0.05)


@settings(max_examples=30)
@given(st.integers(0, 50), st.floats(0.5, 2))
def test_logits_scaled_by_a_factor_give_a_temperature_scaled_by_it(seed, factor):
    logits, labels = drawn(1.5, seed=seed)
    once, more = (fit_temperature(frame(softmax(times * logits, axis=1), labels)) for times in (1, factor))
    assert more == pytest.approx(factor * once, rel=1e-3)


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(sum), min_size=1, max_size=5),
       st.floats(LOWEST, HIGHEST))
def test_rows_add_up_to_one_and_keep_their_order(rows, temperature):
    predictions = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    found = tempered(predictions, temperature)
    assert found.sum(axis=1) == pytest.approx(1)
    for before, after in zip(predictions, found, strict=True):
        assert (np.diff(after[before.argsort()]) >= 0).all()


def test_temperature_one_changes_nothing_and_the_inverse_undoes_it():
    predictions = softmax(drawn(1.0)[0], axis=1)
    np.testing.assert_allclose(tempered(predictions, 1.0), predictions, rtol=1e-12)
    np.testing.assert_allclose(tempered(tempered(predictions, 0.3), 1 / 0.3), predictions, rtol=1e-9)


def test_calibration_on_some_images_reduces_the_error_on_others():
    logits, labels = drawn(2.5, images=2000)
    predictions = frame(softmax(logits, axis=1), labels)
    after = at_temperature(predictions.tail(1000), fit_temperature(predictions.head(1000)))
    assert expected_calibration_error(after) < expected_calibration_error(predictions.tail(1000)) / 2
    assert scores(after).accuracy == scores(predictions.tail(1000)).accuracy
    assert scores(after).loss < scores(predictions.tail(1000)).loss


def test_without_mistakes_the_temperature_is_one():
    predictions = frame(np.array([[0.6, 0.4], [0.2, 0.8]]), np.array([0, 1]))
    assert fit_temperature(predictions) == 1


def test_worse_than_chance_gives_the_highest_temperature():
    predictions = frame(np.array([[0.9, 0.1], [0.2, 0.8]]), np.array([1, 0]))
    assert fit_temperature(predictions) == pytest.approx(HIGHEST, rel=1e-3)


def test_a_probability_rounded_to_zero_is_finite():
    surely_wrong = frame(np.array([[1.0, 0.0]] * 10), np.array([0] * 9 + [1]))
    # The logarithms of 1 and 1e-30, and 0.9 is right: log(1e30) / log(9) is 31, which is too high.
    assert fit_temperature(surely_wrong) == pytest.approx(HIGHEST, rel=1e-3)
    assert np.isfinite(tempered(np.array([[1.0, 0.0]]), LOWEST)).all()


def test_no_images_no_temperature():
    with pytest.raises(UserError, match="at least one image"):
        fit_temperature(frame(np.empty((0, 2)), np.empty(0, int)))


def test_without_numbers_there_is_no_calibration_error():
    table = pd.DataFrame({"category": ["a", "b"], "predicted": ["a", "a"], "confidence": [0.9, float("nan")]})
    assert math.isnan(expected_calibration_error(table))


def in_bins(*images: int) -> pd.DataFrame:
    """Correct predictions, as many in each of some bins of equal width."""
    confidence = np.repeat((np.arange(len(images)) + 0.5) / len(images), images)
    return frame_of(confidence.tolist(), [True] * sum(images))


@pytest.mark.parametrize(("images", "merged"), [
    ([10, 12, 30], [10, 12, 30]), ([3, 12, 30], [15, 30]), ([12, 3, 30], [12, 33]), ([0, 30, 9], [39]),
    ([4, 4, 4, 11, 0, 2], [12, 13]), ([1, 0, 2], [3]), ([0, 0, 10], [10])])
def test_bins_of_few_images_are_merged_with_a_neighbour(images, merged):
    predictions = in_bins(*images)
    table = merged_bins(predictions, bins=len(images), least=10)
    assert table["images"].to_list() == merged
    assert table["correct"].sum() == len(predictions)
    assert table["confidence_sum"].sum() == pytest.approx(predictions["confidence"].sum())


def test_a_temperature_leaves_other_columns_and_the_index():
    predictions = frame(np.array([[0.9, 0.1], [0.4, 0.6]]), np.array([0, 1])).assign(group=[3, 4])
    predictions.index = [7, 5]
    found = at_temperature(predictions, 2.0)
    assert found[["category", "predicted", "group"]].equals(predictions[["category", "predicted", "group"]])
    assert found["p:cat"].to_numpy() == pytest.approx([0.75, 1 / (1 + 1.5**0.5)])
