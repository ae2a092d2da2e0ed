"""What networks keep of their accuracy on corrupted images."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from auxiliary.evaluation.intervals import wilson_interval
from auxiliary.evaluation.robustness import CLEAN, COLUMNS, accuracies, kept, kept_difference


def answers(images: int, right: float, seed: int, clean: float = 1.0) -> pd.DataFrame:
    """Random answers: each corrupted image is right with a probability that its own luck moves."""
    rng = np.random.default_rng(seed)
    luck = rng.uniform(-0.1, 0.1, images)[:, None]
    table = pd.DataFrame((rng.uniform(size=(images, len(COLUMNS))) < right + luck).astype(int), columns=list(COLUMNS))
    return table.assign(**{CLEAN: (rng.uniform(size=images) < clean).astype(int)})


def test_accuracies_by_hand():
    table = answers(10, 1.1, 0).assign(**{"blur 3": [1] * 4 + [0] * 6, CLEAN: [1] * 8 + [0] * 2})
    found = accuracies(table).set_index(["corruption", "severity"])
    assert len(found) == 1 + len(COLUMNS)
    assert found["accuracy"].iloc[0] == 0.8 and found["drop"].iloc[0] == 0
    row = found.loc[("blur", 3)]
    assert row["accuracy"] == 0.4 and row["drop"] == pytest.approx(0.5)
    assert (row["low"], row["high"]) == wilson_interval(4, 10)


def test_what_is_kept_is_the_mean_of_all_corruptions_as_a_share_of_the_clean_accuracy():
    table = answers(10, -1, 0).assign(**{"noise 5": 1, CLEAN: [1] * 5 + [0] * 5})
    assert kept(table) == pytest.approx(1 / len(COLUMNS) / 0.5)
    assert math.isnan(kept(table.assign(**{CLEAN: 0})))
    assert accuracies(table.assign(**{CLEAN: 0}))["drop"].isna().all()


def test_where_all_clean_images_are_right_it_is_the_paired_t_test_of_the_means_and_two_images():
    first, second = answers(60, 0.8, 1), answers(60, 0.75, 2)
    difference = kept_difference(first, second)
    means = [table[list(COLUMNS)].mean(axis=1) for table in (first, second)]
    each = (means[0] - means[1]).to_numpy()
    assert difference.value == pytest.approx(each.mean())
    low, high = stats.ttest_1samp(np.append(each - each.mean(), (1, -1)), 0).confidence_interval(0.95)
    assert difference.interval(0.05) == pytest.approx((each.mean() + low, each.mean() + high))
    assert difference.p > stats.ttest_rel(*means).pvalue


def test_the_interval_is_near_that_of_a_bootstrap():
    first, second = answers(300, 0.8, 1, clean=0.9), answers(300, 0.6, 2, clean=0.8)
    rng = np.random.default_rng(0)
    drawn = [kept(first.iloc[rows]) - kept(second.iloc[rows])
             for rows in rng.integers(0, 300, (2000, 300))]
    assert kept_difference(first, second).interval(0.05) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.006)


def test_few_images_that_are_all_alike_are_no_certainty():
    for images, alike in ((1, True), (2, True), (60, False)):
        difference = kept_difference(answers(images, 2, 0), answers(images, -1, 0))
        assert difference.value == 1 and difference.interval(0.05)[0] < 1 and (difference.p > 0.05) == alike


def test_a_network_that_is_never_right_keeps_nothing_that_could_be_compared():
    assert kept_difference(answers(20, 0.5, 0), answers(20, 0.5, 1).assign(**{CLEAN: 0})) is None
