"""What a notebook is going to train, as tables."""

from collections.abc import Sequence

import pandas as pd

from auxiliary.config.profile import Experiment, ScratchExperiment, TransferExperiment
from auxiliary.data.sampling import sampling_size
from auxiliary.networks.backbones import find_backbone, tuned_layers
from auxiliary.networks.costs import OUTPUT, costs_per_layer, named_operations, network_cost
from auxiliary.networks.layer_costs import Cost

OPTIONAL = ("weights", "goes on from", "seeds", "patience", "tta", "published_accuracy", "note")


def scratch_table(experiments: Sequence[ScratchExperiment], classes: int) -> pd.DataFrame:
    """Each scratch row's network with its image size in pixels, and by formula parameters and multiply-adds."""
    totals = [
        network_cost(experiment.net, (experiment.image_size, experiment.image_size, 3), classes)
        for experiment in experiments
    ]
    return _table(
        experiments,
        {
            "network": [
                f"goes on from {experiment.parent}" if experiment.parent else experiment.net
                for experiment in experiments
            ],
            "image": [experiment.image_size for experiment in experiments],
            "parameters": [figures.parameters for figures in totals],
            "multiply-adds": [figures.multiply_adds for figures in totals],
        },
    )


def transfer_table(experiments: Sequence[TransferExperiment]) -> pd.DataFrame:
    """Each transfer row's backbone, what it is, its parameters, and how much of it is trained.

    Weights other than ImageNet's, and parents, have a column where any row has one.
    """
    backbones = [find_backbone(experiment.backbone) for experiment in experiments]
    return _table(
        experiments,
        {
            "backbone": [backbone.name for backbone in backbones],
            "about": [backbone.about for backbone in backbones],
            "weights": [experiment.weights if experiment.weights != "imagenet" else "" for experiment in experiments],
            "head": [experiment.head for experiment in experiments],
            "image": [experiment.image_size for experiment in experiments],
            "backbone parameters": [backbone.parameters for backbone in backbones],
            "trained": [_trained(experiment) for experiment in experiments],
            "goes on from": [experiment.parent or "" for experiment in experiments],
        },
    )


def training_table(experiments: Sequence[ScratchExperiment | TransferExperiment], train: pd.DataFrame) -> pd.DataFrame:
    """How each row is trained: sampling with the images a class it gives, optimiser, rate, epochs, augmentation.

    Several seeds, early stopping and test-time augmentation have a column where any row has one.
    """
    sizes = [sampling_size(train, experiment.sampling) for experiment in experiments]
    return _table(
        experiments,
        {
            "sampling": [experiment.sampling for experiment in experiments],
            "images a class": [size or "as they are" for size in sizes],
            "batch": [experiment.batch_size for experiment in experiments],
            "optimizer": [experiment.optimizer for experiment in experiments],
            "learning rate": [f"{experiment.learning_rate:g}" for experiment in experiments],
            "schedule": [experiment.schedule for experiment in experiments],
            "epochs": [experiment.epochs for experiment in experiments],
            "patience": [experiment.patience or "" for experiment in experiments],
            "augment": [experiment.augment or "no" for experiment in experiments],
            "tta": [experiment.tta or "" for experiment in experiments],
            "seeds": [
                ", ".join(map(str, experiment.seeds)) if len(experiment.seeds) > 1 else "" for experiment in experiments
            ],
        },
    )


def remark_table(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """What others reported for rows, and what there is to know of them; rows without either are left out."""
    told = [experiment for experiment in experiments if experiment.note or experiment.published_accuracy is not None]
    return _table(
        told,
        {
            "published_accuracy": [_reported(experiment) for experiment in told],
            "note": [experiment.note for experiment in told],
        },
    )


def _table(experiments: Sequence[Experiment], columns: dict[str, list]) -> pd.DataFrame:
    """A line a row (index `key`), without optional columns that are empty."""
    shown = {name: values for name, values in columns.items() if name not in OPTIONAL or any(values)}
    return pd.DataFrame({"key": [experiment.key for experiment in experiments], **shown}).set_index("key")


def _reported(experiment: Experiment) -> str:
    """What was reported for a row, for its seeds in turn where there are several figures."""
    several = (
        experiment.published_accuracy
        if isinstance(experiment.published_accuracy, tuple)
        else (experiment.published_accuracy,)
    )
    return ", ".join(f"{accuracy:.4f}" for accuracy in several if accuracy is not None)


def _trained(experiment: TransferExperiment) -> str:
    if not experiment.epochs:
        return "nothing"
    layers, last = find_backbone(experiment.backbone).layers, tuned_layers(experiment.backbone, experiment.tune_last)
    if last >= layers:
        return f"head and all {layers} layers"
    return f"head and last {last} layers" if last else "head"


# What `auxiliary.networks.layer_costs` computes, in words.
RULES = [
    ("convolution, padding `valid`", "filters × (size² × channels + 1)", "out × out × filters",
     "ceil((side - size + 1) / stride)"),
    ("convolution, padding `same`", "filters × (size² × channels + 1)", "out × out × filters", "ceil(side / stride)"),
    ("convolution in `res`, no bias", "filters × size² × channels", "out × out × filters", "ceil(side / stride)"),
    ("dense", "units × (inputs + 1)", "units", ""),
    ("batch norm", "4 × channels", "side × side × channels", ""),
    ("pooling", "0", "out × out × channels", "floor(side / size)"),
    ("global pooling", "0", "channels", ""),
    ("flatten", "0", "side × side × channels", ""),
]


def rule_table() -> pd.DataFrame:
    """Parameters and output of each kind of layer (index `layer`), for what goes in: side × side × channels.

    Columns `parameters`, `output`, and `out`, the side of the output where it is another. Activations, dropout and
    sums have no parameters and change no shape.
    """
    return pd.DataFrame(RULES, columns=["layer", "parameters", "output", "out"]).set_index("layer")


def cheat_sheet(net: str, image_size: int, classes: int, layers: pd.DataFrame) -> pd.DataFrame:
    """Each layer's output and parameters by formula, and as Keras built it.

    Args:
        net: the line of the network.
        image_size: side of its images in pixels.
        classes: number of categories.
        layers: the layers of a run of it, as `Run.layers` gives them. A layer that only one side knows, as in runs
            made when layers had other names, is left empty on the other.

    Returns:
        Index `layer`, the last one `total`; columns `operation`, `output` and `parameters` by formula,
        `Keras output` and `Keras parameters`, and `equal`, whether they agree.
    """
    rules = _by_formula(net, image_size, classes)
    keras = layers.set_index("layer")[["output", "parameters"]].add_prefix("Keras ")
    names = rules.index.append(keras.index.difference(rules.index, sort=False))
    table = pd.concat([rules.reindex(names), keras.reindex(names)], axis=1).rename_axis("layer")
    numbers, texts = ["parameters", "Keras parameters"], ["operation", "output", "Keras output"]
    table = table.astype(dict.fromkeys(numbers, "Int64"))
    table.loc["total", numbers] = table[numbers].sum()
    table[texts] = table[texts].fillna("")
    same = (table["output"] == table["Keras output"]) & (table["parameters"] == table["Keras parameters"])
    return table.assign(equal=same.fillna(False).astype(bool))


def _by_formula(net: str, image_size: int, classes: int) -> pd.DataFrame:
    shape = (image_size, image_size, 3)
    costs = {"scale": Cost(shape)} | costs_per_layer(net, shape, classes)
    steps = (name for name, _ in named_operations(net))
    operations = dict(zip(steps, (text.strip() for text in net.split("|")), strict=True))
    operations |= {"scale": "pixels / 255", OUTPUT: f"dense({classes})"}
    return pd.DataFrame({
        # The layers of one operation, such as `res3_conv1` and `res3_norm1`, begin with its name.
        "operation": [operations[name.partition("_")[0]] for name in costs],
        "output": [" x ".join(map(str, cost.shape)) for cost in costs.values()],
        "parameters": [cost.parameters for cost in costs.values()]}, index=list(costs))
