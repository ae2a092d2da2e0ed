"""What is shown of robustness to corrupted images."""

import re

import pandas as pd
import pytest

from auxiliary.evaluation.robustness import CLEAN, COLUMNS
from auxiliary.reporting.robustness import by_stage, robustness_sentences, robustness_table
from auxiliary.reporting.robustness_figure import robustness_figure


def answers(stage: str, right: int, images: int = 20) -> pd.DataFrame:
    """A network that is right on the first images: on all when they are clean, on `right` when corrupted."""
    table = pd.DataFrame({"stage": stage, "experiment": f"net_{stage}", "run_id": stage,
                          "filepath": [f"/{number}.png" for number in range(images)], CLEAN: 1})
    return table.assign(**{column: [int(number < right) for number in range(images)] for column in COLUMNS})


@pytest.fixture
def found() -> pd.DataFrame:
    """The pre-trained network comes first, as where it is the better one."""
    return pd.concat([answers("transfer", 18), answers("scratch", 5)], ignore_index=True)


def test_the_table_has_a_row_per_corruption_and_severity(found):
    table = robustness_table(found)
    assert list(table) == ["corruption", "severity", "from scratch", "drop, from scratch", "pre-trained",
                           "drop, pre-trained"]
    assert table.iloc[0].tolist() == ["clean", "", "1.000 [0.839, 1.000]", "", "1.000 [0.839, 1.000]", ""]
    assert table.iloc[1].tolist() == ["blur", "1", "0.250 [0.112, 0.469]", "75%", "0.900 [0.699, 0.972]", "10%"]
    assert len(table) == 1 + len(COLUMNS)


def test_the_sentences_compare_the_two(found):
    said = robustness_sentences(found)
    assert said.startswith(
        "net_scratch (from scratch) keeps 25% of its accuracy of 1.000 on clean images. net_transfer (pre-trained) "
        "keeps 90% of its accuracy of 1.000 on clean images. That is the mean over 15 corruptions of 20 test images. ")
    assert "The difference, pre-trained minus from scratch, is +65.0 points [" in said
    assert said.endswith("]: more than chance explains (p < 0.001, compared image by image).")


def test_a_small_difference_may_be_chance():
    close = pd.concat([answers("scratch", 10), answers("transfer", 11)], ignore_index=True)
    said = robustness_sentences(close)
    assert re.search(r"is \+5.0 points \[-\d.+\]: chance could explain it \(p 0.\d+, compared image by image\).$", said)


def test_a_network_that_is_never_right_is_compared_with_none(found):
    never = found.assign(**{CLEAN: (found["stage"] == "transfer").astype(int)})
    said = robustness_sentences(never)
    assert "net_scratch (from scratch) is never right on clean images." in said and "difference" not in said
    assert robustness_table(never)["drop, from scratch"].eq("").all()


def test_one_network_alone_is_compared_with_none(found):
    alone = found[found["stage"] == "scratch"]
    assert list(by_stage(alone)) == ["scratch"]
    assert robustness_sentences(alone).endswith("15 corruptions of 20 test images.")
    assert list(robustness_table(alone)) == ["corruption", "severity", "from scratch", "drop, from scratch"]


@pytest.mark.parametrize("narrow", [False, True])
def test_the_figure_has_a_panel_per_corruption_with_both_networks(found, narrow):
    fig = robustness_figure(found, chance=0.1, narrow=narrow)
    panels = [axes for axes in fig.axes if axes.axison]
    assert [axes.get_title("left") for axes in panels] == ["blur", "noise", "brightness", "JPEG", "rotation"]
    for axes in panels:
        first, last = (bars.lines[0] for bars in axes.containers)
        assert first.get_ydata().tolist() == [1.0, 0.25, 0.25, 0.25] and last.get_ydata().tolist() == [1, 0.9, 0.9, 0.9]
        assert [round(severity) for severity in first.get_xdata()] == [0, 1, 3, 5]
        assert all(early < late for early, late in zip(first.get_xdata(), last.get_xdata(), strict=True))
        assert axes.lines[-1].get_ydata()[0] == 0.1
    labels = [text.get_text() for text in fig.legends[0].get_texts()]
    assert labels == ["net_scratch, from scratch", "net_transfer, pre-trained", "chance (0.100)"]


def test_without_measurements_the_figure_says_so():
    assert robustness_figure(None, 0.1).get_suptitle() == "Robustness to corrupted images was not measured"
