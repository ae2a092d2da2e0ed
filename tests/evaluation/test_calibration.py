import numpy as np
import pandas as pd
import pytest

from auxiliary.errors import UserError
from auxiliary.evaluation.calibration import expected_calibration_error


def said(confidence: list[float], right: list[bool]) -> pd.DataFrame:
    predicted = ["cat" if hit else "dog" for hit in right]
    return pd.DataFrame({"category": "cat", "predicted": predicted, "confidence": confidence})


def test_a_case_worked_by_hand():
    # Two bins. Up to 0.5: mean confidence 0.45, half right. Above: mean confidence 0.8, two of three right.
    frame = said([0.4, 0.5, 0.6, 0.8, 1.0], [True, False, False, True, True])
    assert expected_calibration_error(frame, bins=2) == pytest.approx(2 / 5 * 0.05 + 3 / 5 * (0.8 - 2 / 3))


def test_a_confidence_on_an_edge_belongs_to_the_bin_below():
    # With 0.5 in the upper bin that would hold confidence 0.7 and accuracy 0.5, and the lower one 0.1 and 0.
    frame = said([0.1, 0.5, 0.9], [False, True, False])
    assert expected_calibration_error(frame, bins=2) == pytest.approx(2 / 3 * 0.2 + 1 / 3 * 0.9)


@pytest.mark.parametrize(("confidence", "right", "error"), [(1.0, True, 0), (1.0, False, 1), (0.25, False, 0.25)])
def test_one_prediction(confidence, right, error):
    assert expected_calibration_error(said([confidence], [right])) == pytest.approx(error)


def test_who_is_right_as_often_as_sure_has_almost_none():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.2, 1, 20_000)
    frame = said(confidence.tolist(), (rng.uniform(size=20_000) < confidence).tolist())
    assert expected_calibration_error(frame) < 0.015
    assert expected_calibration_error(frame.assign(confidence=confidence**0.5)) > 0.1


def test_no_pictures_no_error():
    with pytest.raises(UserError, match="at least one picture"):
        expected_calibration_error(said([], []))
