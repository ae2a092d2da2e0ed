"""Batch norm in a batch of one image: behind `flatten` or `gap` it gets one number per channel, whose variance is 0."""

from math import prod

from auxiliary.config.experiment import Experiment
from auxiliary.networks.costs import experiment_costs
from auxiliary.networks.layer_costs import Cost


def norm_of_vectors(experiment: Experiment) -> str:
    """The first batch norm that gets one number per channel and image, such as `batchnorm3`; "" where there is none.

    In training it gives the same numbers for every image that is a batch by itself, so nothing is learnt from such an
    image. Those of a backbone do not count: they keep the averages of pre-training.

    Args:
        experiment: its network, or its head.
    """
    # Any number of classes will do.
    return next((name for name, cost in experiment_costs(experiment, classes=2).items()
                 if _is_batch_norm(cost) and prod(cost.shape[:-1]) == 1), "")


def _is_batch_norm(cost: Cost) -> bool:
    """Whether a layer has two averages per channel that are not trained; no other operation has just those."""
    return cost.non_trainable == 2 * cost.shape[-1]
