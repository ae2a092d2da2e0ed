from math import cos, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.core.spec import parse_one
from auxiliary.networks.schedules import SCHEDULES


def factors(spec: str, steps: int = 100, per_epoch: int = 10) -> np.ndarray:
    return parse_one(spec, SCHEDULES, "schedule").factors(steps, per_epoch)


@pytest.mark.parametrize("step", [0, 7, 29, 30, 31, 65, 99])
def test_one_cycle_by_its_formula(step):
    by_hand = 0.04 + 0.96 * step / 30 if step < 30 else (1 + cos(pi * (step - 30) / 70)) / 2
    assert factors("onecycle")[step] == pytest.approx(by_hand)


@pytest.mark.parametrize("step", [0, 1, 50, 99])
def test_cosine_by_its_formula(step):
    assert factors("cosine")[step] == pytest.approx((1 + cos(pi * step / 100)) / 2)


def test_flat_cosine_falls_after_its_flat_part():
    found = factors("flat_cosine(0.72)")
    assert (found[:73] == 1).all()
    assert found[72 + 14] == pytest.approx(0.5)
    assert found[-1] < 0.01


def test_triangular_goes_through_its_three_points():
    found = factors("triangular(0.2, first=0.25, last=0.1)")
    assert found[[0, 10, 20, 60]] == pytest.approx([0.25, 0.625, 1, 0.55])
    assert found[-1] == pytest.approx(0.1 + 0.9 / 80)


@pytest.mark.parametrize("spec", ["constant(warmup=2)", "cosine(2)", "flat_cosine(warmup=2)"])
def test_the_rate_rises_over_the_epochs_of_the_warm_up(spec):
    found, without = factors(spec), factors(spec.replace("warmup=2", "").replace("(2)", "(0)"))
    assert found[:20] == pytest.approx(without[:20] * np.arange(1, 21) / 20)
    assert (found[20:] == without[20:]).all()


@given(spec=st.sampled_from(["constant", "constant(3)", "onecycle", "cosine", "cosine(0.5)", "flat_cosine(0.3, 1)",
                             "triangular"]), steps=st.integers(1, 300), per_epoch=st.integers(1, 50))
def test_every_step_has_a_factor(spec, steps, per_epoch):
    found = factors(spec, steps, per_epoch)
    assert found.shape == (steps,)
    assert ((found > 0) & (found <= 1)).all()


def test_an_unknown_schedule_names_those_that_exist():
    with pytest.raises(UserError, match="did you mean 'cosine'"):
        factors("cosin")


@pytest.mark.parametrize("spec", ["", "cosine | constant"])
def test_a_schedule_is_one_operation(spec):
    with pytest.raises(UserError, match="constant, cosine"):
        factors(spec)
