from itertools import product

import numpy as np
import pytest

from auxiliary.data.augmentation.kinds import affine, parts
from tests.draws import draw


def test_no_two_draws_or_orders_are_the_same():
    each = range(3)
    draws = [draw(1, *numbers).generator() for numbers in product(each, each, each, each)]
    orders = [np.random.default_rng([seed, epoch]) for seed, epoch in product(each, each)]
    assert len({generator.random() for generator in (*draws, *orders)}) == 81 + 9


def test_numbers_are_uniform_and_the_same_at_every_call():
    numbers = draw(10_000).uniform(2)
    assert numbers.shape == (2, 10_000)
    assert numbers.min() < -0.99 and numbers.max() > 0.99
    assert np.abs(numbers.mean(1)).max() < 0.03
    np.testing.assert_array_equal(draw(10_000).uniform(2), numbers)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_a_share_of_the_batches_is_chosen(share):
    chosen = [draw(1, epoch=epoch, step=step).chooses(share) for epoch, step in product(range(20), range(100))]
    assert np.mean(chosen) == pytest.approx(share, abs=0.04)


def test_a_map_has_its_last_row_added():
    maps = affine([1, 0, np.array([5, 6])], [0, 2, 7])
    np.testing.assert_array_equal(maps, [[[1, 0, 5], [0, 2, 7], [0, 0, 1]], [[1, 0, 6], [0, 2, 7], [0, 0, 1]]])
    assert affine([2, 3]).tolist() == [[[2, 3], [0, 1]]]


@pytest.mark.parametrize("ratio", [1, 4 / 3, 10])
def test_parts_have_their_area_and_fit(ratio):
    rng = np.random.default_rng(0)
    area = rng.uniform(0.01, 1, 1000)
    width, height = parts(area, rng.uniform(-1, 1, 1000), ratio)
    np.testing.assert_allclose(width * height, area)
    assert np.maximum(width, height).max() <= 1 + 1e-9
    assert np.maximum(width / height, height / width).max() <= ratio + 1e-9


def test_their_ratio_is_log_uniform():
    width, height = parts(np.full(10_000, 0.2), np.random.default_rng(0).uniform(-1, 1, 10_000), 2)
    shares, _ = np.histogram(np.log2(width / height), bins=4, range=(-1, 1))
    np.testing.assert_allclose(shares / 10_000, 0.25, atol=0.02)
