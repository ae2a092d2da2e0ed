"""How many images of a class are told to be unlike the others, where it is held out: methods compared on a profile.

    python -m tools.held_out_classes PROFILE BACKBONE@SIZE... [-p NAME VALUE] [--root DIR]

Prints a table, and writes it to `tests/benchmarks/held_out_classes.csv` in place of the data set's rows.
"""

from pathlib import Path

import click
import pandas as pd

from auxiliary.commands.cli import parameters_option, root_option
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.progress import track
from auxiliary.evaluation.held_out import COLUMNS, Method, Split, hold_out
from auxiliary.evaluation.out_of_distribution import TRAINING
from auxiliary.project.project import Project
from tools.frozen_backbones import circumstances, measure

TABLE = REPOSITORY / "tests/benchmarks/held_out_classes.csv"
FIGURES = COLUMNS[2:]
SHOWN = ["backbone", "image_size", "method", "val_auroc", "val_caught", *FIGURES]


@click.command()
@click.argument("profile")
@click.argument("backbones", nargs=-1, required=True, metavar="BACKBONE@SIZE...")
@parameters_option
@root_option
def main(profile: str, backbones: tuple[str, ...], parameters: dict[str, str], root: Path | None) -> None:
    """Hold out each class of PROFILE in turn, which must be prepared (run PROFILE --only 01).

    All methods are compared on validation images. Only that of the package is then evaluated on test images.
    """
    measure(held_out_classes, profile, backbones, parameters, root, TABLE, SHOWN)


def held_out_classes(project: Project, experiments: list[TransferExperiment]) -> pd.DataFrame:
    """Compare all methods on the features of each experiment's backbone.

    Args:
        project: the opened profile, its images prepared.
        experiments: what `experiment_of` gives.

    Returns:
        One row per experiment and method, the mean over the classes: `val_auroc` and `val_caught` of validation images;
        `auroc`, `caught`, `caught_at_5` and `false_alarms` of test images, empty but for the package's own method; and
        what was measured, where. Columns as in `hold_out`.

    Raises:
        UserError: the images are not prepared.
    """
    machine = runtime.start(seed=0)
    # TensorFlow is loaded, which `--help` does without.
    from tools.distance_methods import METHODS, OURS
    from tools.features import split_features

    rows = []
    for experiment in experiments:
        train, val, test = (Split(*each) for each in split_features(experiment, project, TRAINING))
        for name, method in track(METHODS.items(), experiment.key, len(METHODS), "method"):
            on_val = _held_out(train, val, val, project.categories, method)
            rows.append({
                "dataset": project.paths.dataset, "images": sum(len(each.labels) for each in (train, val, test)),
                "backbone": experiment.backbone, "image_size": experiment.image_size, "method": name,
                "val_auroc": on_val["auroc"], "val_caught": on_val["caught"],
                **(_held_out(train, val, test, project.categories, method) if name == OURS else {})})
    return pd.DataFrame(rows).round(4).assign(**circumstances(machine))


def _held_out(train: Split, val: Split, tested: Split, categories: list[str], method: Method) -> dict[str, float]:
    """The means of the figures over the classes."""
    table = pd.DataFrame([hold_out(train, val, tested, label, name, method) for label, name in enumerate(categories)])
    return table[FIGURES].mean().to_dict()


if __name__ == "__main__":
    main()
