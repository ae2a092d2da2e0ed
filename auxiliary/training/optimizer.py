"""Optimisers and learning-rate schedules by name."""

import keras

from auxiliary.config.profile import Experiment


def make_optimizer(experiment: Experiment, steps: int) -> keras.optimizers.Optimizer:
    """The optimiser of an experiment, as its `optimizer`, `learning_rate`, `schedule` and `epochs` say.

    Args:
        experiment: what is trained.
        steps: training steps per epoch.
    """
    rate = (
        one_cycle(experiment.learning_rate, steps * experiment.epochs)
        if experiment.schedule == "onecycle"
        else experiment.learning_rate
    )
    if experiment.optimizer == "sgd":
        return keras.optimizers.SGD(rate, momentum=0.9)
    return {"adam": keras.optimizers.Adam, "rmsprop": keras.optimizers.RMSprop}[experiment.optimizer](rate)


def one_cycle(peak: float, steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """The rate rises from a 25th of its peak for 0.3 of the steps, then falls to zero along a cosine.

    Source: Smith and Topin 2018, https://arxiv.org/abs/1708.07120, but with a cosine in place of straight lines.

    Args:
        peak: the highest learning rate.
        steps: training steps of the whole run.
    """
    rise = max(1, round(0.3 * steps))
    return keras.optimizers.schedules.CosineDecay(
        peak / 25, max(1, steps - rise), alpha=0.0, warmup_target=peak, warmup_steps=rise)
