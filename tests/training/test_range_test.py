"""The learning-rate range test, and experiments whose rate is `auto`."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auxiliary.core.errors import Diverged
from auxiliary.networks.rates import is_over, smoothed, suggested_rate, tried_rates
from auxiliary.reporting.range_test_figure import range_test_figure
from auxiliary.training.job import Job
from auxiliary.training.range_test import range_test
from auxiliary.training.setup import build_setup
from auxiliary.training.train import train_and_evaluate
from tests.colours import SMALL
from tests.interruption import train_until_a_power_cut

AUTO = (SMALL, SMALL.replace("learning_rate: 0.02", "learning_rate: auto")
        + "\n  - {model_id: again, parent: small, refit: true}")


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=AUTO)


@pytest.fixture(scope="module")
def run(project):
    return train_and_evaluate(project.experiments["small"], project)


def test_the_rates_rise_by_one_factor():
    rates = tried_rates()
    assert (rates[0], rates[-1]) == (pytest.approx(1e-6), pytest.approx(10))
    np.testing.assert_allclose(rates[1:] / rates[:-1], rates[1] / rates[0])


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=30))
def test_the_smoothed_loss_is_the_weighted_mean_of_the_losses_so_far(losses):
    for step in range(len(losses)):
        weights = 0.9 ** np.arange(step, -1, -1)
        expected = np.average(losses[:step + 1], weights=weights)
        assert smoothed(np.array(losses))[step] == pytest.approx(expected, abs=1e-9)


def test_a_tenth_of_the_rate_of_the_lowest_loss_is_suggested():
    rates = tried_rates()
    # The loss falls until a rate of 0.1 and rises after it; its smoothed mean follows a little later.
    table = pd.DataFrame({"rate": rates, "loss": 1 + np.abs(np.log10(rates) + 1)})
    assert 0.01 <= suggested_rate(table) <= 0.03
    broken = pd.concat([table, pd.DataFrame({"rate": [20.0], "loss": [np.nan]})])
    assert suggested_rate(broken) == suggested_rate(table)


def test_it_ends_where_the_loss_rises_or_is_no_number():
    assert not is_over(np.array([1.0, 0.9, 1.1]))
    assert is_over(np.array([1.0, 0.5, *[50.0] * 20]))
    assert is_over(np.array([1.0, np.nan]))


def test_nothing_is_left_of_it(project):
    job = Job(project.experiments["small"], 0, project)
    setup = build_setup(job)
    before = setup.trained.get_weights()
    table = range_test(job, setup)
    for one, other in zip(before, setup.trained.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    pd.testing.assert_frame_equal(table, range_test(job, setup))


def test_a_run_has_the_suggested_rate(run):
    assert run.result.learning_rate == suggested_rate(run.range_test)
    assert run.history["learning_rate"].tolist() == pytest.approx([run.result.learning_rate] * 2)
    assert run.recipe["experiment"]["learning_rate"] == "auto"


def test_a_refit_has_that_of_its_parent(project, run):
    assert train_and_evaluate(project.experiments["again"], project).result.learning_rate == run.result.learning_rate


def test_an_interrupted_run_keeps_its_rate(make_project, run, monkeypatch):
    other = make_project(edit=AUTO)
    train_until_a_power_cut(monkeypatch, other, "small")
    again = train_and_evaluate(other.experiments["small"], other)
    pd.testing.assert_frame_equal(again.history.drop(columns="seconds"), run.history.drop(columns="seconds"))


def test_a_loss_that_is_never_finite_is_said(project, monkeypatch):
    job = Job(project.experiments["small"], 0, project)
    setup = build_setup(job)
    monkeypatch.setattr(setup.trained, "train_on_batch", lambda *_, **__: float("nan"))
    with pytest.raises(Diverged, match="small is no finite number even at a learning rate of 1e-06"):
        range_test(job, setup)


def test_the_figure_shows_the_suggestion(run):
    fig = range_test_figure("small", run.range_test)
    rate = suggested_rate(run.range_test)
    assert fig.get_suptitle() == f"small: a learning rate of {rate:g}"
    fig.draw_without_rendering()
    assert "0.001" in [label.get_text() for label in fig.axes[0].get_xticklabels()]
    assert f"suggested: {rate:g}" in [text.get_text() for text in fig.legends[0].get_texts()]
