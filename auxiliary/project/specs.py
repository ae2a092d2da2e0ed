"""The specs of an experiment, parsed: what its network, its augmentation and its training are made of."""

from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.core.spec import parse_one, parse_spec
from auxiliary.data.augmentation.registry import AUGMENTATIONS
from auxiliary.data.views import VIEWS
from auxiliary.networks.averages import AVERAGES
from auxiliary.networks.operations.registry import OPERATIONS
from auxiliary.networks.optimizers import OPTIMIZERS
from auxiliary.networks.schedules import SCHEDULES


def parsed_specs(experiment: Experiment) -> dict[str, tuple[object, ...]]:
    """The operations of each spec of an experiment, by the name of its field; an ensemble has none.

    Raises:
        UserError: for an unknown operation or an invalid argument; or where a spec takes one operation, for none or
            several.
    """
    if isinstance(experiment, Ensemble):
        return {}
    network = "net" if isinstance(experiment, ScratchExperiment) else "head"
    has_optimizer = experiment.has_optimizer
    return {
        "augment": parse_spec(experiment.augment, AUGMENTATIONS, "augment"),
        "optimizer": (parse_one(experiment.optimizer, OPTIMIZERS, "optimizer"),) if has_optimizer else (),
        "schedule": (parse_one(experiment.schedule, SCHEDULES, "schedule"),) if has_optimizer else (),
        "averaging": (parse_one(experiment.averaging, AVERAGES, "averaging"),) if experiment.averaging else (),
        "tta": parse_spec(experiment.tta, VIEWS, "tta"),
        network: parse_spec(experiment.layers, OPERATIONS, network),
    }
