"""Log-odds, against the probabilities of runs and against scores that are known."""

from dataclasses import replace

import numpy as np
import pytest

from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.log_odds import log_odds
from tests.deploy.test_predictor import pixels_of


@pytest.fixture
def small(trained_root):
    """A network that is not sure, and images."""
    run = trained_root.runs["small"]
    predictor = load_predictor(run)
    return predictor, pixels_of(predictor, run.predictions)


@pytest.mark.parametrize("temperature", [0.7, 1.0, 3.0])
def test_they_are_those_of_the_calibrated_probability(small, temperature):
    predictor, images = small
    predictor = replace(predictor, temperature=temperature)
    for label, p in enumerate(predictor.probabilities(images).T):
        np.testing.assert_allclose(log_odds(predictor, images, label), np.log(p / (1 - p)), atol=1e-4)


def test_those_of_an_ensemble_are_of_the_mean_probability(trained_root, small):
    predictor, images = small
    other = load_predictor(trained_root.runs["frozen"])
    both = replace(predictor, networks=[*predictor.networks, *other.networks], temperature=1.0, scale=None)
    p = both.probabilities(images)[:, 0]
    np.testing.assert_allclose(log_odds(both, images, 0), np.log(p / (1 - p)), atol=1e-4)


def test_they_have_no_limit_where_the_probability_is_rounded_to_1(small):
    """Each score times 1,000 is a temperature of 1/1000, at which the log-odds are those of the two best scores."""
    predictor, images = small
    sure = replace(predictor, temperature=1e-3)
    scores = np.sort(np.log(replace(predictor, temperature=1.0).probabilities(images)), axis=1)
    label = predictor.probabilities(images).argmax(axis=1)
    found = np.array([log_odds(sure, images[[place]], each)[0] for place, each in enumerate(label)])
    assert (sure.probabilities(images).max(axis=1) == 1).any()
    np.testing.assert_allclose(found, 1000 * (scores[:, -1] - scores[:, -2]), atol=1.0)
