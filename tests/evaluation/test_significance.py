from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.evaluation.significance import holm, mcnemar, mcnemar_interval

ALL_OF_FEW = [(first, second, total) for total in (1, 2, 5, 12) for first, second in product(range(total + 1), repeat=2)
              if first + second <= total]


def test_mcnemar_of_published_figures():
    # M. W. Fagerland, S. Lydersen and P. Laake, BMC Medical Research Methodology 13:91 (2013): 1 against 7 discordant.
    assert mcnemar(1, 7) == pytest.approx(0.0703, abs=5e-5)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_sum(first, second):
    differ = first + second
    tail = sum(comb(differ, k) for k in range(max(first, second), differ + 1)) / 2**differ
    assert mcnemar(first, second) == pytest.approx(min(1, 2 * tail))


@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_the_interval_contains_0_exactly_where_mcnemar_finds_no_difference(alpha):
    for first, second, total in [*ALL_OF_FEW, (60, 40, 400), (61, 39, 400), (9, 1, 10_000), (1, 9, 10_000)]:
        low, high = mcnemar_interval(first, second, total, alpha)
        assert (low <= 0 <= high) == (mcnemar(first, second) >= alpha), (first, second, total)
        assert -1 <= low <= (first - second) / total <= high <= 1, (first, second, total)
        assert mcnemar_interval(second, first, total, alpha) == pytest.approx((-high, -low))


@pytest.mark.parametrize(("counts", "alpha"), [
    ((6, 0, 100), 0.05), ((37, 0, 100), 0.05), ((10, 10, 100), 0.05), ((5, 1, 10), 0.05), ((120, 80, 1000), 0.05),
    ((3, 9, 12), 0.05), ((30, 12, 100), 0.01), ((200, 120, 1000), 0.001)])
def test_the_interval_is_that_of_a_million_draws(counts, alpha):
    """Fay and Lumbard's definition, drawn at random: of both limits of the rate the lower product counts."""
    first, second, total = counts
    rng, differ = np.random.default_rng(0), first + second

    def lower(more: int, less: int) -> float:
        uneven = 2 * (rng.beta(more, less + 1, 1_000_000) if more else 0) - 1
        rates = (rng.beta(differ, total - differ + 1, 1_000_000),
                 rng.beta(differ + 1, total - differ, 1_000_000) if differ < total else 1)
        return min(np.quantile(rate * uneven, alpha / 2) for rate in rates)

    assert mcnemar_interval(*counts, alpha) == pytest.approx((lower(first, second), -lower(second, first)), abs=1e-3)


def test_runs_that_never_differ_have_an_interval_around_0():
    # The largest rate at which 50 images show no difference with a probability of 2.5%.
    assert mcnemar_interval(0, 0, 50) == pytest.approx((-(1 - 0.025**(1 / 50)), 1 - 0.025**(1 / 50)))


def test_the_interval_covers_the_difference():
    # 100 images; the two differ on 12% of them, 9% in favour of the first.
    draws = np.random.default_rng(0).multinomial(100, (0.09, 0.03, 0.88), 400)
    ends = [mcnemar_interval(int(first), int(second), 100) for first, second, _ in draws]
    assert np.mean([low <= 0.06 <= high for low, high in ends]) >= 0.94


def test_no_images_no_interval():
    with pytest.raises(UserError, match="at least one image"):
        mcnemar_interval(0, 0, 0)


def test_holm_of_a_case_worked_by_hand():
    # In order 0.005, 0.01, 0.03, 0.04: times 4, 3, 2, 1; the last is no less than the one before it.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(st.lists(st.floats(0, 1)))
def test_holm_raises_every_p_value_keeps_their_order_and_at_most_bonferroni(values):
    corrected = holm(values)
    assert all(one <= other <= min(1, one * len(values)) + 1e-12 for one, other in zip(values, corrected, strict=True))
    assert [corrected[i] for i in sorted(range(len(values)), key=values.__getitem__)] == sorted(corrected)
