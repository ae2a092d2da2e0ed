import keras
import numpy as np
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.training.optimizer import make_optimizer, scheduled


def experiment(**values) -> ScratchExperiment:
    return ScratchExperiment(**{"model_id": "m", "key": "m", "learning_rate": 0.01, "epochs": 2, "net": "gap"} | values)


def optimizer_of(trained: ScratchExperiment) -> keras.optimizers.Optimizer:
    """The optimiser of an experiment with ten steps per epoch."""
    return make_optimizer(trained, scheduled(trained, trained.learning_rate, per_epoch=10))


def weights(**values: float | np.ndarray) -> list[keras.Variable]:
    return [keras.Variable(value, name=name, dtype="float32") for name, value in values.items()]


def step(optimizer: keras.optimizers.Optimizer, variables: list[keras.Variable], gradient: float) -> list[np.ndarray]:
    optimizer.apply([keras.ops.full(variable.shape, gradient) for variable in variables], variables)
    return [variable.numpy() for variable in variables]


KERAS = {
    "adam": keras.optimizers.Adam(0.01),
    "adamw(0.05, beta_1=0.8, epsilon=1e-6, decay_all=True)": keras.optimizers.AdamW(
        0.01, weight_decay=0.05, beta_1=0.8, epsilon=1e-6),
    "sgd": keras.optimizers.SGD(0.01, momentum=0.9),
    "sgd(0)": keras.optimizers.SGD(0.01),
    "sgd(0.85, nesterov=True, weight_decay=0.1, decay_all=True)": keras.optimizers.SGD(
        0.01, momentum=0.85, nesterov=True, weight_decay=0.1),
    "rmsprop": keras.optimizers.RMSprop(0.01),
}


@pytest.mark.parametrize("spec", KERAS)
def test_updates_are_those_of_keras(spec):
    own, other = (weights(kernel=np.arange(5.0), bias=3.0) for _ in range(2))
    optimizer = optimizer_of(experiment(optimizer=spec))
    for gradient in (1.0, -3.0, 0.2, 0.0):
        step(optimizer, own, gradient)
        step(KERAS[spec], other, gradient)
    for one, expected in zip(own, other, strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-5)
    for one, expected in zip(optimizer.variables, KERAS[spec].variables, strict=True):
        np.testing.assert_allclose(one, expected, rtol=1e-5, atol=1e-7)


def test_arguments_are_those_of_keras():
    optimizer = optimizer_of(experiment(optimizer="adamw(0.05, beta_1=0.95, epsilon=1e-6)"))
    assert (optimizer.weight_decay, optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.05, 0.95, 0.999, 1e-6)
    assert optimizer_of(experiment(optimizer="sgd(0.85, nesterov=True)")).nesterov


def test_the_rate_of_a_schedule_spans_all_epochs():
    optimizer = optimizer_of(experiment(schedule="onecycle"))
    rates = [float(optimizer._learning_rate(step)) for step in range(20)]
    assert rates[6] == max(rates) == pytest.approx(0.01)
    assert rates[-1] < 0.0002


def test_after_the_last_step_the_rate_stays():
    rate = optimizer_of(experiment(schedule="cosine"))._learning_rate
    assert float(rate(1000)) == float(rate(19))


def test_no_epochs_need_an_optimiser_too():
    assert optimizer_of(experiment(schedule="onecycle", epochs=0))


@pytest.mark.parametrize("spec", ["sgd(0, weight_decay=0.5)", "adamw(0.5)"])
def test_kernels_decay_and_biases_and_norms_do_not(spec):
    variables = weights(kernel=2.0, bias=2.0, beta=2.0, gamma=2.0)
    kernel, *others = step(optimizer_of(experiment(optimizer=spec)), variables, gradient=0.0)
    assert kernel == pytest.approx(2 - 0.01 * 0.5 * 2)
    assert others == [2, 2, 2]


def test_all_weights_decay_if_asked():
    variables = weights(kernel=2.0, bias=2.0)
    optimizer = optimizer_of(experiment(optimizer="sgd(0, weight_decay=0.5, decay_all=True)"))
    assert step(optimizer, variables, gradient=0.0) == pytest.approx([1.99, 1.99])


def test_the_shifts_of_batch_norm_move_faster():
    variables = weights(kernel=1.0, beta=1.0)
    optimizer = optimizer_of(experiment(optimizer="sgd(0, shift_rate=64)"))
    assert step(optimizer, variables, gradient=0.5) == pytest.approx([1 - 0.005, 1 - 64 * 0.005])


def test_nesterov_by_hand():
    optimizer = optimizer_of(experiment(optimizer="sgd(0.5, nesterov=True)", learning_rate=0.1))
    variables, value, velocity = weights(kernel=1.0), 1.0, 0.0
    for gradient in (1.0, 2.0, -1.0):
        velocity = 0.5 * velocity - 0.1 * gradient
        value += 0.5 * velocity - 0.1 * gradient
        np.testing.assert_allclose(step(optimizer, variables, gradient), [value], rtol=1e-6)
