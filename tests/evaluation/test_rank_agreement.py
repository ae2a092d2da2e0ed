import numpy as np
import pytest
from scipy.stats import norm

from auxiliary.evaluation.rank_agreement import rank_agreement, rho_by_noise

PUBLISHED = (0.5, 0.6, 0.7, 0.8)


def test_two_experiments_that_changed_places():
    found = rank_agreement(PUBLISHED, (0.4, 0.6, 0.5, 0.7))
    # Two ranks are off by 1: 1 - 6 * 2 / (4 * 15). Of six pairs five are in order and one is not: (5 - 1) / 6.
    assert (found.rho, found.tau) == (pytest.approx(0.8), pytest.approx(4 / 6))


def test_ties_count_for_neither_order():
    # Two pairs in order, one tie in the second: 2 / sqrt(3 * 2). Ranks 1, 2, 3 and 1.5, 1.5, 3: 1.5 / sqrt(2 * 1.5).
    found = rank_agreement((0.1, 0.2, 0.3), (0.5, 0.5, 0.6))
    assert (found.tau, found.rho) == (pytest.approx(2 / 6**0.5), pytest.approx(1.5 / 3**0.5))


@pytest.mark.parametrize(("first", "second"), [((), ()), ((0.5,), (0.5,)), ((0.5, 0.5), (0.1, 0.2)),
                                               ((0.1, 0.2), (0.5, 0.5))])
def test_there_is_no_order_where_one_has_a_single_value(first, second):
    assert rank_agreement(first, second) is None


def test_seven_experiments_are_too_few_for_an_interval():
    ten = [number / 10 for number in range(10)]
    other = [0.0, 0.2, 0.1, 0.4, 0.3, 0.6, 0.5, 0.7, 0.9, 0.8]
    few, found = rank_agreement(ten[:7], other[:7]), rank_agreement(ten, other)
    assert few.rho_interval is None and few.tau_interval is None
    for value, (low, high) in ((found.rho, found.rho_interval), (found.tau, found.tau_interval)):
        assert 0 < low < value < high <= 1


def test_independent_orders_have_an_interval_around_0():
    low, high = rank_agreement([*range(12)], [5, 9, 0, 7, 2, 11, 4, 6, 10, 1, 8, 3]).rho_interval
    assert low < 0 < high


def test_noise_lowers_rho_and_many_images_leave_it_at_1():
    assert rho_by_noise(PUBLISHED, (10**7, 10**7)) == (1, 1, 1)
    few, some = (rho_by_noise([0.60, 0.62, 0.64, 0.66, 0.68], (images, images)) for images in (50, 1000))
    assert few[0] < some[0] < 1
    assert few[1] < 0 < few[2]


def test_noise_lowers_rho_as_theory_says():
    # Normal true accuracies: r is the share of their variance in both, and rho is 6 / pi * asin(r / 2).
    truth = norm.ppf((np.arange(400) + 0.5) / 400, 0.5, 0.05)
    signal, (one, other) = truth.var(), (0.25 / images for images in (100, 400))
    r = signal / np.sqrt((signal + one) * (signal + other))
    assert rho_by_noise(truth, (100, 400))[0] == pytest.approx(6 / np.pi * np.arcsin(r / 2), abs=0.005)


def test_draws_without_an_order_count_as_0():
    assert rho_by_noise((0.0, 1e-9), (1, 1)) == (0, 0, 0)
