"""Tables of the experiments of a profile: networks, training settings and remarks."""

from collections.abc import Sequence

import pandas as pd

from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.config.transfer import TransferExperiment
from auxiliary.data.sampling import sampling_size
from auxiliary.networks.backbones import BACKBONES, find_backbone, tuned_layers
from auxiliary.networks.costs import network_cost

OPTIONAL = ("weights", "parent", "sizes", "class weight", "label smoothing", "averaging", "seeds", "patience", "tta",
            "deterministic", "published accuracy", "note")


def scratch_table(experiments: Sequence[ScratchExperiment], classes: int) -> pd.DataFrame:
    """The network of each experiment, its image size in pixels, and by formula its parameters and multiply-adds.

    Ensembles are left out.
    """
    experiments = _networks(experiments)
    totals = [network_cost(each.net, (each.image_size, each.image_size, 3), classes) for each in experiments]
    return _table(experiments, {
        "network": [_network(each) for each in experiments],
        "image size": [each.image_size for each in experiments],
        "parameters": [costs.parameters for costs in totals],
        "multiply-adds": [costs.multiply_adds for costs in totals],
    })


def backbone_table() -> pd.DataFrame:
    """All backbones, the ones that compute least first, with short numbers for readers.

    Returns:
        One row per backbone (index `backbone`), with the columns

        - `top-1`: published share of right answers on ImageNet in percent;
        - `at`: side in pixels of the images that it was measured on;
        - `parameters` and `multiply-adds`: in millions, without the top, the latter for an image of 224x224;
        - `MB`: size of the weights;
        - `about`: a short description.
    """
    backbones = sorted(BACKBONES.values(), key=lambda each: each.multiply_adds)
    return pd.DataFrame({
        "backbone": [each.name for each in backbones],
        "top-1": [f"{each.top1:.1f}" for each in backbones],
        "at": [f"{each.image_size} px" for each in backbones],
        "parameters": [f"{each.parameters / 1e6:,.1f} M" for each in backbones],
        "multiply-adds": [f"{each.multiply_adds / 1e6:,.0f} M" for each in backbones],
        "MB": [f"{each.megabytes:,.0f}" for each in backbones],
        "about": [each.about for each in backbones],
    }).set_index("backbone")


def transfer_table(experiments: Sequence[TransferExperiment | Ensemble]) -> pd.DataFrame:
    """The backbone of each experiment, a description of it, its parameters, and which layers are trained.

    Weights other than ImageNet's, and parents, have a column only if any experiment has one. Ensembles are left out.
    """
    experiments = _networks(experiments)
    backbones = [find_backbone(each.backbone) for each in experiments]
    return _table(experiments, {
        "backbone": [backbone.name for backbone in backbones],
        "about": [backbone.about for backbone in backbones],
        "weights": [each.weights if each.weights != "imagenet" else "" for each in experiments],
        "head": [each.head for each in experiments],
        "image size": [each.image_size for each in experiments],
        "backbone parameters": [backbone.parameters for backbone in backbones],
        "trained": [_trained(each) for each in experiments],
        "parent": [each.parent or "" for each in experiments],
    })


def training_table(experiments: Sequence[Experiment], train: pd.DataFrame) -> pd.DataFrame:
    """The training settings of each experiment but ensembles, with the images per class that its sampling gives.

    What most experiments do without, such as early stopping and a seed other than 0, has a column only if any of them
    has it.
    """
    experiments = _networks(experiments)
    sizes = [sampling_size(train, each.sampling) for each in experiments]
    return _table(experiments, {
        "sampling": [each.sampling for each in experiments],
        "images per class": [size or "unchanged" for size in sizes],
        "class weight": ["" if each.class_weight == "none" else each.class_weight for each in experiments],
        "sizes": [", ".join(map(str, each.sizes)) if isinstance(each, ScratchExperiment) else ""
                  for each in experiments],
        "batch size": [each.batch_size for each in experiments],
        "optimizer": [each.optimizer for each in experiments],
        "learning rate": [_rate(each) for each in experiments],
        "schedule": [each.schedule for each in experiments],
        "epochs": [each.epochs for each in experiments],
        "patience": [each.patience or "" for each in experiments],
        "label smoothing": [f"{each.label_smoothing:g}" if each.label_smoothing else "" for each in experiments],
        "averaging": [each.averaging for each in experiments],
        "augment": [each.augment or "no" for each in experiments],
        "tta": [each.tta or "" for each in experiments],
        "deterministic": ["" if each.deterministic else "no" for each in experiments],
        "seeds": ["" if each.seeds == (0,) else ", ".join(map(str, each.seeds)) for each in experiments],
    })


def remark_table(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Published accuracies, the members of ensembles, and notes; experiments without any of them are left out."""
    notes = {each.key: _note(each) for each in experiments}
    remarked = [each for each in experiments if notes[each.key] or each.published_accuracy is not None]
    return _table(remarked, {"published accuracy": [_published(each) for each in remarked],
                             "note": [notes[each.key] for each in remarked]})


def _table(experiments: Sequence[Experiment], columns: dict[str, list]) -> pd.DataFrame:
    """One row per experiment (index `key`), without optional columns that are empty."""
    shown = {name: values for name, values in columns.items() if name not in OPTIONAL or any(values)}
    return pd.DataFrame({"key": [each.key for each in experiments], **shown}).set_index("key")


def _network(experiment: ScratchExperiment) -> str:
    """The spec of a network, or the parent that it comes from."""
    if experiment.refit:
        return f"refit of {experiment.parent}"
    return f"from parent {experiment.parent}" if experiment.parent else experiment.net


def _rate(experiment: Experiment) -> str:
    rate = experiment.learning_rate if experiment.has_optimizer else ""
    return rate if isinstance(rate, str) else f"{rate:g}"


def _networks(experiments: Sequence[Experiment]) -> list[Experiment]:
    return [each for each in experiments if not isinstance(each, Ensemble)]


def _note(experiment: Experiment) -> str:
    members = f"the mean of {', '.join(experiment.ensemble)}" if isinstance(experiment, Ensemble) else ""
    return "; ".join(filter(None, [members, experiment.note]))


def _published(experiment: Experiment) -> str:
    """The published accuracy, or one per seed."""
    value = experiment.published_accuracy
    accuracies = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"{accuracy:.4f}" for accuracy in accuracies if accuracy is not None)


def _trained(experiment: TransferExperiment) -> str:
    if not experiment.trains:
        return "nothing"
    layers, last = find_backbone(experiment.backbone).layers, tuned_layers(experiment.backbone, experiment.tune_last)
    if last >= layers:
        return f"head and all {layers} layers"
    return f"head and last {last} layers" if last else "head"
