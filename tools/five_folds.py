"""Accuracy of a logistic regression on frozen features: the mean of five folds over all images of a profile.

    python -m tools.five_folds PROFILE BACKBONE@SIZE... [-p NAME VALUE] [--root DIR]

Prints a table, and writes it to `tests/benchmarks/five_folds.csv` in place of the data set's rows.
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

from auxiliary.commands.cli import parameters_option, root_option
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.core.paths import REPOSITORY
from auxiliary.evaluation.significance import holm, mcnemar
from auxiliary.project.project import Project
from tools.frozen_backbones import circumstances, measure

TABLE = REPOSITORY / "tests/benchmarks/five_folds.csv"
SHOWN = ["backbone", "image_size", "accuracy", "spread", "pooled", "gained", "lost", "p"]


@click.command()
@click.argument("profile")
@click.argument("backbones", nargs=-1, required=True, metavar="BACKBONE@SIZE...")
@parameters_option
@root_option
def main(profile: str, backbones: tuple[str, ...], parameters: dict[str, str], root: Path | None) -> None:
    """Measure backbones on all images of PROFILE, which must be prepared (run PROFILE --only 01).

    BACKBONE@SIZE is such as EfficientNetLite2@320, or 'EfficientNetLite1 + EfficientNetLite2@320' for the features of
    both. The others are compared with the first one.

    Images of all three sets are pooled. Near-duplicates stay in one fold.
    """
    measure(five_folds, profile, backbones, parameters, root, TABLE, SHOWN)


def five_folds(project: Project, experiments: list[TransferExperiment]) -> pd.DataFrame:
    """Measure each experiment's features on the same folds.

    Args:
        project: the opened profile, its images prepared.
        experiments: what `experiment_of` gives; the first one is what the others are compared with.

    Returns:
        One row per experiment: `accuracy`, the mean of the folds, and `spread`, their standard deviation; `pooled`, the
        share of all images that are predicted correctly; `gained` and `lost`, how many images only this one, or only
        the first one, predicts correctly; `p` of McNemar's exact test, with Holm's correction; the `strengths` that
        were chosen; and what was measured, where.

    Raises:
        UserError: the images are not prepared, or a class has fewer than five different ones.
    """
    machine = runtime.start(seed=0)
    # TensorFlow is loaded, which `--help` does without.
    from auxiliary.training.regression import Labelled
    from tools.features import pooled_features, pooled_images
    from tools.folds import FOLDS, SEED, check_classes, fold_of, predict_held_out

    images = pooled_images(project)
    check_classes(images)
    labels, groups = images["label"].to_numpy("int64"), images["group"].to_numpy()
    fold = fold_of(labels, groups)
    rows, correct = [], []
    for experiment in experiments:
        features = pooled_features(experiment, project)
        tested = predict_held_out(Labelled(features, labels), groups, fold, experiment.key)
        correct.append(tested.predicted == labels)
        each = [correct[-1][fold == number].mean() for number in range(FOLDS)]
        rows.append({"dataset": project.paths.dataset, "images": len(images), "backbone": experiment.backbone,
                     "image_size": experiment.image_size, "accuracy": np.mean(each), "spread": np.std(each, ddof=1),
                     "pooled": correct[-1].mean(), **_against(correct[0], correct[-1]),
                     "strengths": " ".join(f"{strength:g}" for strength in tested.strengths)})
    table = pd.DataFrame(rows).assign(random_state=SEED, **circumstances(machine))
    # The first one is compared with none.
    table["p"] = [np.nan, *holm(table["p"][1:].to_list())]
    return table.round({"accuracy": 4, "spread": 4, "pooled": 4})


def _against(first: np.ndarray, other: np.ndarray) -> dict[str, float]:
    gained, lost = int((other & ~first).sum()), int((first & ~other).sum())
    return {"gained": gained, "lost": lost, "p": mcnemar(gained, lost)}


if __name__ == "__main__":
    main()
