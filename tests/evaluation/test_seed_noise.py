"""The test over seeds and images: by its formula, by hand, and by simulated networks whose truth is known."""

from math import inf, sqrt

import numpy as np
import pytest
from scipy.stats import t

from auxiliary.evaluation.difference import McNemarDifference
from auxiliary.evaluation.seed_noise import Seeds, difference_by_accuracy, difference_by_image
from auxiliary.evaluation.significance import mcnemar


def networks(rng: np.random.Generator, seeds: tuple[int, int], images: int, noise: float, better: float = 0.0) -> (
        tuple[np.ndarray, np.ndarray]):
    """The answers of two networks, which are equally good unless one is `better`; all on a scale of log-odds.

    Images have a difficulty, each network finds others easy, and its seeds vary by `noise` as a whole and per image.
    """
    difficulty = rng.normal(1.5, 2, images)

    def answers(number: int, bonus: float) -> np.ndarray:
        own = difficulty + rng.normal(bonus, 0.7, images)
        odds = own + rng.normal(0, noise, (number, 1)) + rng.normal(0, 0.7, (number, images))
        return rng.random((number, images)) < 1 / (1 + np.exp(-odds))

    return answers(seeds[0], better), answers(seeds[1], 0.0)


def rejections(seeds: tuple[int, int], images: int, noise: float, better: float = 0.0, times: int = 400) -> float:
    """How often two such networks are called different."""
    rng = np.random.default_rng(0)
    return np.mean([difference_by_image(*networks(rng, seeds, images, noise, better)).p < 0.05 for _ in range(times)])


@pytest.mark.parametrize("seeds", [(2, 2), (3, 3), (5, 5), (1, 3), (3, 1), (2, 5)])
@pytest.mark.parametrize(("images", "noise"), [(100, 0), (100, 0.3), (500, 0.1), (500, 0.3)])
def test_equally_good_networks_are_seldom_called_different(seeds, images, noise):
    assert rejections(seeds, images, noise) < 0.08


def test_mcnemar_of_one_seed_each_is_fooled_by_the_noise_of_seeds():
    rng = np.random.default_rng(0)
    pairs = [networks(rng, (3, 3), 500, 0.3) for _ in range(200)]
    fooled = np.mean([mcnemar((one[0] & ~other[0]).sum(), (~one[0] & other[0]).sum()) < 0.05 for one, other in pairs])
    assert fooled > 0.2


def test_a_real_difference_is_found_and_sooner_with_more_seeds():
    # About 7 points.
    two, five = (rejections(seeds, 500, 0.1, better=0.6, times=200) for seeds in ((2, 2), (5, 5)))
    assert 0.3 < two < 0.6 and five > 0.95


def test_the_standard_error_is_the_spread_of_differences_drawn_anew():
    rng = np.random.default_rng(0)
    found = [difference_by_image(*networks(rng, (5, 5), 300, 0.2)) for _ in range(500)]
    spread = np.std([difference.value for difference in found])
    assert spread < sqrt(np.mean([difference.below**2 for difference in found])) < 1.15 * spread


def by_loops(first: list[list[int]], second: list[list[int]]) -> tuple[float, float, float]:
    """The difference, its standard error and degrees of freedom, written out."""
    images = len(first[0])

    def mean(values):
        values = list(values)
        return sum(values) / len(values)

    def seeds(runs):
        total = mean(mean(run) for run in runs)
        of_image = [mean(run[i] for run in runs) for i in range(images)]
        spread = sum((mean(run) - total)**2 for run in runs) / (len(runs) - 1)
        rest = sum((run[i] - mean(run) - of_image[i] + total)**2 for run in runs for i in range(images))
        return spread / len(runs), rest / ((len(runs) - 1) * (images - 1)) / images / len(runs)

    each = [mean(run[i] for run in first) - mean(run[i] for run in second) for i in range(images)]
    padded = [*each, 1, -1]
    by_images = mean((value - mean(padded))**2 for value in padded) / len(padded)
    (one, luck), (other, other_luck) = seeds(first), seeds(second)
    variance = by_images + max(one + other - luck - other_luck, 0)
    freedom = (one + other)**2 / (one**2 / (len(first) - 1) + other**2 / (len(second) - 1))
    return mean(each), sqrt(variance), freedom * max(variance / (one + other), 1)


def test_the_formula_written_out():
    first = [[1, 1, 1, 0, 1, 1], [1, 1, 0, 0, 1, 1], [1, 0, 1, 0, 0, 0]]
    second = [[1, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0]]
    found = difference_by_image(np.array(first, bool), np.array(second, bool))
    value, error, freedom = by_loops(first, second)
    assert (found.value, found.below, found.above) == pytest.approx((value, error, error))
    assert found.freedom_below == found.freedom_above == pytest.approx(freedom)
    assert found.p == pytest.approx(2 * t.sf(value / error, freedom))


def test_one_seed_each_is_mcnemars_test():
    first, second = np.array([[True] * 6 + [False] * 4]), np.array([[True] * 2 + [False] * 7 + [True]])
    assert difference_by_image(first, second) == McNemarDifference(only_first=4, only_second=1, total=10)


def test_a_single_seed_is_taken_to_vary_like_those_of_the_other():
    rng = np.random.default_rng(1)
    single, several = networks(rng, (1, 3), 2000, noise=0.5)
    found = difference_by_image(single, several)
    # With so many images, the noise is nearly that of the seeds: of the one, and of the mean of three.
    assert found.below == pytest.approx(several.mean(axis=1).std(ddof=1) * sqrt(1 + 1 / 3), rel=0.1)
    assert 2 <= found.freedom_below < 2.5


def test_seeds_that_answer_alike_differ_as_much_as_one_of_them():
    # 6 images, all in favour of the first: McNemar's p is 0.031.
    first, second = (np.tile(np.arange(100) < right, (3, 1)) for right in (90, 84))
    found = difference_by_image(first, second)
    assert found.freedom_below == inf and found.p == pytest.approx(mcnemar(6, 0), abs=0.01)


def test_networks_that_are_always_right_and_always_wrong_differ():
    found = difference_by_image(np.ones((2, 20), bool), np.zeros((3, 20), bool))
    assert found.value == 1 and found.p < 0.001
    assert difference_by_image(np.ones((2, 20), bool), np.ones((3, 20), bool)).p == 1
    assert difference_by_image(np.ones((2, 1), bool), np.zeros((2, 1), bool)).p > 0.05


def test_by_accuracy_the_variances_of_images_and_seeds_add_up():
    found = difference_by_accuracy(0.05, 0.01, 0.02, Seeds(2, 0.0002), Seeds(4, 0.0004))
    assert (found.below, found.above) == pytest.approx((sqrt(0.0001 + 0.0002), sqrt(0.0004 + 0.0002)))
    seeds = 0.0002**2 / (0.0001**2 + 0.0001**2 / 3)
    assert (found.freedom_below, found.freedom_above) == pytest.approx((seeds * 1.5, seeds * 3))


def test_by_accuracy_one_run_each_is_normal():
    found = difference_by_accuracy(0.05, 0.01, 0.02, Seeds(1), Seeds(1))
    assert (found.below, found.above, found.freedom_below) == (0.01, 0.02, inf)
