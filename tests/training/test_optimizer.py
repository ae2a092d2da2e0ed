from math import cos, pi

import keras
import pytest

from auxiliary.config.profile import ScratchExperiment
from auxiliary.training.optimizer import make_optimizer, one_cycle


def rates(peak: float, steps: int) -> list[float]:
    schedule = one_cycle(peak, steps)
    return [float(schedule(step)) for step in range(steps)]


def test_one_cycle_rises_to_its_peak_and_falls_to_zero():
    rate = rates(0.1, 100)
    assert rate[0] == pytest.approx(0.1 / 25)
    assert rate[30] == max(rate) == pytest.approx(0.1)
    assert rate[:31] == sorted(rate[:31])
    assert rate[30:] == sorted(rate[30:], reverse=True)
    assert rate[-1] < 0.1 / 1000


@pytest.mark.parametrize("step", [0, 7, 29, 30, 31, 65, 99])
def test_one_cycle_by_its_formula(step):
    by_hand = 0.004 + (0.1 - 0.004) * step / 30 if step < 30 else 0.1 * (1 + cos(pi * (step - 30) / 70)) / 2
    assert rates(0.1, 100)[step] == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_one_cycle_of_very_few_steps_is_a_learning_rate(steps):
    assert all(0 < rate <= 0.1 * (1 + 1e-6) for rate in rates(0.1, steps))


@pytest.mark.parametrize(("name", "kind"), [
    ("adam", keras.optimizers.Adam), ("sgd", keras.optimizers.SGD), ("rmsprop", keras.optimizers.RMSprop)])
def test_optimisers_by_name(name, kind):
    optimizer = make_optimizer(experiment(optimizer=name), steps=10)
    assert type(optimizer) is kind
    assert float(optimizer.learning_rate) == pytest.approx(0.01)


def test_the_cycle_spans_all_epochs():
    optimizer = make_optimizer(experiment(schedule="onecycle"), steps=10)
    schedule = optimizer._learning_rate
    assert float(schedule(6)) == pytest.approx(0.01)
    assert float(schedule(20)) == pytest.approx(0, abs=1e-9)


def test_no_epochs_need_an_optimiser_too():
    assert make_optimizer(experiment(schedule="onecycle", epochs=0), steps=10)


def experiment(**values) -> ScratchExperiment:
    return ScratchExperiment(**{"model_id": "m", "key": "m", "learning_rate": 0.01, "epochs": 2, "net": "gap"} | values)
