from math import hypot

import pytest

from auxiliary.evaluation.intervals import difference_interval, wilson_interval
from tools.conclusions import Conclusion, Pair
from tools.verdicts import mean_difference, measured, verdicts

AB, BC, AC = Pair("a", "b"), Pair("b", "c"), Pair("a", "c")


def of(images: int, **accuracies: float) -> dict[str, tuple[float, float, float]]:
    return {key: (value, *wilson_interval(round(value * images), images)) for key, value in accuracies.items()}


def test_one_pair_has_newcombes_interval():
    known = of(481, a=0.70, b=0.62)
    assert mean_difference([AB], known).interval(0.05) == pytest.approx(difference_interval(known["a"], known["b"]))


def test_an_experiment_of_two_pairs_counts_as_one_measurement():
    known = {"a": (0.7, 0.68, 0.73), "b": (0.6, 0.56, 0.65), "c": (0.5, 0.46, 0.53)}
    found = mean_difference([AC, BC], known)
    low, high = found.interval(0.05)
    assert found.value == pytest.approx(0.15)
    # Half of a and of b, and the whole of c, which is subtracted.
    assert found.value - low == pytest.approx(hypot(0.01, 0.02, 0.03))
    assert high - found.value == pytest.approx(hypot(0.015, 0.025, 0.04))


def test_of_a_chain_only_the_ends_count():
    known = {"a": (0.7, 0.68, 0.73), "b": (0.1, 0.0, 1.0), "c": (0.5, 0.46, 0.53)}
    found = mean_difference([AB, BC], known)
    assert found.value == pytest.approx(0.1)
    assert found.value - found.interval(0.05)[0] == pytest.approx(hypot(0.02, 0.03) / 2)


def test_pairs_are_measured_where_both_experiments_are():
    assert measured([AB, BC, AC], ["a", "c"]) == [AC]


@pytest.mark.parametrize(("images", "difference", "small", "verdict"), [
    (1000, 0.10, False, "confirmed"), (1000, -0.10, False, "refuted"), (1000, 0.01, False, "undecided"),
    (20, 0.10, False, "undecided"),
    # Near 0.5, the half width of the interval is 0.0044 with 100,000 images, 0.044 with 1,000.
    (100_000, 0.0, True, "confirmed"), (100_000, 0.014, True, "confirmed"), (100_000, -0.014, True, "confirmed"),
    (100_000, 0.018, True, "undecided"), (100_000, 0.022, True, "undecided"), (100_000, 0.026, True, "refuted"),
    (100_000, -0.026, True, "refuted"), (1000, 0.0, True, "undecided")])
def test_the_verdict_follows_from_the_interval(images, difference, small, verdict):
    found, = verdicts([Conclusion("", (AB,), small)], of(images, a=0.5 + difference, b=0.5))
    low, high = found.ends
    assert found.text == verdict
    edges = (-0.02, 0.02) if small else (0.0,)
    assert (verdict == "undecided") == any(low <= edge <= high for edge in edges)


def test_holms_correction_counts_the_conclusions_that_are_measured():
    known = of(1000, a=0.55, b=0.5)
    once, = verdicts([Conclusion("", (AB,))], known)
    with_unknown, none = verdicts([Conclusion("", (AB,)), Conclusion("", (BC,))], known)
    twice, _ = verdicts([Conclusion("", (AB,))] * 2, known)
    assert none is None and with_unknown == once
    assert (once.text, twice.text) == ("confirmed", "undecided")
    assert twice.p == pytest.approx(2 * once.p)
    assert twice.ends[0] < 0 < once.ends[0]


def test_where_no_float_is_as_small_as_p_the_interval_is_still_widened_by_holms_factor():
    # Far beyond 38 standard errors, from where on a normal p-value is rounded to 0.
    known = of(10_000, a=0.9, b=0.1, c=0.5)
    found, _ = verdicts([Conclusion("", (AB,)), Conclusion("", (BC,))], known)
    assert found.text == "confirmed" and 0 < found.p < 1e-300
    assert found.ends == pytest.approx(mean_difference([AB], known).interval(0.05 / 2))
