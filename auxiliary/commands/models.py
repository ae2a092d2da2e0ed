"""`python -m auxiliary models PROFILE`: prints the size and cost of a profile's networks."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table

from auxiliary.commands.amount import count_by_class
from auxiliary.config.ensemble import Ensemble
from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.config.parameters import read_parameters
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core.console import PlainConsole
from auxiliary.core.progress import track
from auxiliary.data.fetch import DATA_SETS
from auxiliary.networks.backbones import find_backbone, tuned_layers
from auxiliary.networks.costs import NetworkCost, network_cost
from auxiliary.networks.pretrained import load_backbone, set_tuned
from auxiliary.project.open import open_project
from auxiliary.project.project import Project

if TYPE_CHECKING:
    import keras

FIGURES = ["parameters", "trainable", "layers", "multiply_adds"]
COLUMNS = ["key", *FIGURES, "image_size", "classes", "stage", "model_id", "backbone", "tune_last", "network"]


def census(experiments: Sequence[Experiment], classes: int) -> pd.DataFrame:
    """The size and cost of each experiment's network, final layer included.

    Networks from scratch are computed by formula. For pre-trained ones each backbone is built once per image size,
    with random weights; only this imports TensorFlow.

    Args:
        experiments: experiments of a profile; ensembles, which have no network of their own, are left out.
        classes: number of classes.

    Returns:
        One row per experiment, in their order, with the columns

        - `key`: the experiment's key;
        - `parameters`: the number of all weights;
        - `trainable`: those that training changes: without frozen layers and the averages of batch normalisation, and
          0 where nothing is trained;
        - `layers`: layers as Keras counts them: every layer of a backbone, the scaling of the images and the final
          layer, but not the input;
        - `multiply_adds`: multiplications with addition of convolutions and dense layers, for one image;
        - `image_size` (pixels), `classes`, `stage`, `model_id`, `backbone`, `tune_last`, `network`: what the figures
          depend on. `network` is the spec `net` or `head`; `backbone` and `tune_last` are empty from scratch.

    Raises:
        UserError: for images too small for a network.
    """
    backbones = _build_backbones(experiments)
    entries = []
    for experiment in (each for each in experiments if not isinstance(each, Ensemble)):
        figures = (_scratch_total(experiment, classes) if isinstance(experiment, ScratchExperiment)
                   else _transfer_total(experiment, classes, [backbones[name, experiment.image_size]
                                                              for name in experiment.backbones]))
        entries.append(asdict(figures) | {
            "key": experiment.key, "image_size": experiment.image_size, "classes": classes, "stage": experiment.stage,
            "model_id": experiment.model_id, "backbone": getattr(experiment, "backbone", ""),
            "tune_last": getattr(experiment, "tune_last", ""), "network": experiment.network})
    return pd.DataFrame(entries, columns=COLUMNS)


def _scratch_total(experiment: ScratchExperiment, classes: int) -> NetworkCost:
    cost = network_cost(experiment.net, (experiment.image_size, experiment.image_size, 3), classes)
    # One more layer scales the images.
    return NetworkCost(cost.parameters, cost.trainable if experiment.trains else 0, cost.multiply_adds, cost.layers + 1)


def _build_backbones(experiments: Iterable[Experiment]) -> dict[tuple[str, int], "keras.Model"]:
    """The backbones of the experiments, by name and image size."""
    wanted = dict.fromkeys(
        (name, experiment.image_size)
        for experiment in experiments
        if isinstance(experiment, TransferExperiment)
        for name in experiment.backbones
    )
    if not wanted:
        return {}
    from auxiliary.core.runtime import load

    load()
    return {(name, size): load_backbone(name, size, weights=None)
            for name, size in track(wanted, "build backbones", len(wanted), "backbone")}


def _transfer_total(experiment: TransferExperiment, classes: int, backbones: Sequence["keras.Model"]) -> NetworkCost:
    from auxiliary.networks.summary import all_layers, count_parameters, multiply_adds

    for name, backbone in zip(experiment.backbones, backbones, strict=True):
        set_tuned(backbone, tuned_layers(name, experiment.tune_last))
    # The maps of all are pooled as one, unless a class token is among them, which is not pooled.
    maps = sum(len(backbone.output_shape) == 4 for backbone in backbones)
    pools = 1 if maps == len(backbones) else maps
    head = network_cost(experiment.layers, (1, 1, sum(backbone.output_shape[-1] for backbone in backbones)), classes)
    tuned = sum(count_parameters(backbone.trainable_weights) for backbone in backbones)
    scaled = sum(find_backbone(name).rescale is not None for name in experiment.backbones)
    # One more layer puts several side by side.
    own = scaled + (len(backbones) > 1) + pools - 1
    return NetworkCost(
        parameters=sum(backbone.count_params() for backbone in backbones) + head.parameters,
        trainable=tuned + head.trainable if experiment.trains else 0,
        multiply_adds=sum(map(multiply_adds, backbones)) + head.multiply_adds,
        layers=own + sum(len(all_layers(backbone)) for backbone in backbones) + head.layers)


# A terminal of at least so many characters shows the networks too.
WIDE = 120


def list_models(profile: str, parameters: Mapping[str, str], experiments: str = "*", as_csv: bool = False) -> None:
    """Print the table of a profile's networks on standard output.

    Args:
        profile: a profile's name, or the path of a YAML file.
        parameters: values that replace the profile's, see `read_parameters`.
        experiments: keys of the experiments to list, as shell patterns separated by commas.
        as_csv: print all columns of `census` as CSV, instead of a table that fits the terminal.

    Raises:
        UserError: for anything that does not exist or does not fit.
    """
    project = open_project(profile, experiments, read_parameters(parameters))
    classes = count_classes(project)
    table = census(project.profile.experiments, classes)
    if as_csv:
        table.to_csv(sys.stdout, index=False, lineterminator="\n")
        return
    console = PlainConsole()
    console.print(_rich_table(table, console.width >= WIDE))
    console.print(f"For {classes:,} classes; multiply-adds for one image.")


def count_classes(project: Project) -> int:
    """The number of classes: published for a known data set, else that of the user's own.

    Raises:
        UserError: see `count_by_class`.
    """
    own = project.paths.own
    if own is None:
        return DATA_SETS[project.paths.dataset].classes
    return len(count_by_class(own, project.paths.labels))


def _rich_table(table: pd.DataFrame, wide: bool) -> Table:
    shown = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    shown.add_column("experiment", overflow="fold")
    for heading in ("parameters", "trainable", "layers", "multiply-adds", "pixels"):
        shown.add_column(heading, justify="right", no_wrap=True)
    if wide:
        shown.add_column(" network", overflow="fold")
    for entry in table.itertuples(index=False):
        numbers = [f"{getattr(entry, name):,}" for name in (*FIGURES, "image_size")]
        network = [f" {entry.backbone or entry.network}"] if wide else []
        shown.add_row(entry.key, *numbers, *network)
    return shown
