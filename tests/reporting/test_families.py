import pandas as pd
import pytest

from auxiliary.reporting.families import COLOURS, MARKERS, family_marks, family_of


@pytest.mark.parametrize(("network", "backbone", "family"), [
    ("conv(16) | pool | flatten | dense(8) | dropout(0.5)", "", "1 convolution"),
    ("conv(16) | pool | conv(32, 3, 2, same) | gap | dropout(0.5)", "", "2 convolutions"),
    ("conv(16) | pool | conv(32) | flatten | dense(128)", "", "2 convolutions, no dropout"),
    ("stem(16, 32, 48) | pool | res(48) | gap", "", "other networks from scratch"),
    ("dense(8)", "", "other networks from scratch"),
    ("gap | dense(128)", "MobileNetV2", "MobileNetV2")])
def test_a_family_follows_from_the_network(network, backbone, family):
    assert family_of(pd.Series({"network": network, "backbone": backbone})) == family


def test_networks_from_scratch_come_first_as_people_count():
    names = ["MobileNetV2", "10 convolutions", "other networks from scratch", "2 convolutions", "2 convolutions"]
    assert [*family_marks(names)] == ["2 convolutions", "10 convolutions", "other networks from scratch", "MobileNetV2"]


def test_no_two_families_share_colour_and_marker():
    marks = family_marks(map(str, range(len(COLOURS) * len(MARKERS))))
    assert len(set(marks.values())) == len(COLOURS) * len(MARKERS)
    first = [*family_marks(map(str, range(7))).values()]
    assert len({colour for colour, _ in first}) == len({marker for _, marker in first}) == 7
