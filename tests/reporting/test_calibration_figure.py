import pandas as pd
import pytest

from auxiliary.evaluation.calibration import confidence_bins
from auxiliary.reporting.calibration_figure import calibration_figure


def said(*pictures: tuple[float, bool]) -> pd.DataFrame:
    return pd.DataFrame({"category": "cat", "predicted": ["cat" if right else "dog" for _, right in pictures],
                         "confidence": [confidence for confidence, _ in pictures]})


SURE = said(*[(0.95, True)] * 5, *[(0.95, False)] * 5)


def test_bins_hold_their_upper_end_and_count_what_is_right():
    bins = confidence_bins(said((0.5, True), (0.51, False), (1.0, True)), bins=2)
    assert bins["pictures"].tolist() == [1, 2]
    assert bins["right"].tolist() == [1, 1]
    assert bins["confidence_sum"].tolist() == pytest.approx([0.5, 1.51])


def test_a_dot_stands_where_confidence_meets_accuracy():
    axes, = calibration_figure(SURE).axes
    (x, y), = axes.collections[0].get_offsets()
    assert (x, y) == pytest.approx((0.95, 0.5))


@pytest.mark.parametrize(("predictions", "title"), [
    (SURE, "Surer than it is right: calibration error 0.450"),
    (said(*[(0.5, True)] * 9, (0.5, False)), "More often right than it is sure: calibration error 0.400"),
    (said(*[(0.9, True)] * 9, (0.9, False)), "About as often right as it is sure: calibration error 0.000"),
    (said((0.95, False), (0.55, True)), "Now surer, now less sure than it is right: calibration error 0.700")])
def test_the_title_says_what_is_seen(predictions, title):
    assert calibration_figure(predictions).get_suptitle().startswith(title)


def test_the_tempered_network_is_drawn_beside():
    fig = calibration_figure(SURE, SURE.assign(confidence=0.5))
    assert [text.get_text() for text in fig.legends[0].get_texts()] == [
        "as often right as sure", "as trained", "with the temperature that predict uses"]
    assert fig.axes[0].collections[1].get_offsets().tolist() == [[0.5, 0.5]]
