"""How many images of each class are found where it is held out, by the cached features of a trained experiment."""

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.progress import track
from auxiliary.data.tables import spread
from auxiliary.evaluation.held_out import COLUMNS, Split, hold_out
from auxiliary.evaluation.out_of_distribution import TRAINING
from auxiliary.project.project import Project
from auxiliary.training.feature_files import images_of
from auxiliary.training.feature_rows import Features
from auxiliary.training.frozen_runs import NEEDED, frozen_runs, read_splits_of

CLASSES = 30    # held out at most, evenly spread: more would take long and hardly change the mean


def held_out_classes(project: Project) -> pd.DataFrame:
    """Hold out each class in turn, and save the figures of the test images in `held-out.csv`.

    The features are those of the frozen, pre-trained experiment of the best validation accuracy, which never saw a
    label. Prints what was done, or why not.

    Args:
        project: the opened profile.

    Returns:
        As `auxiliary.evaluation.held_out.hold_out`, with the column `backbone`; empty where no such experiment has been
        trained, or there are too few images or fewer than three classes.
    """
    for frozen in frozen_runs(project):
        experiment, images = frozen.experiment, images_of(frozen.experiment, project)
        if (features := read_splits_of(frozen, images)) is not None:
            try:
                found = _measured([_split(*each) for each in zip(features, images.values(), strict=True)],
                                  project.categories)
            except UserError as error:
                print(f"No class was held out: {error}.")
                return pd.DataFrame(columns=COLUMNS)
            found = found.assign(backbone=experiment.backbone)
            project.save_table(found.assign(images_hash=project.images_hash), "held-out")
            print(f"Each of {len(found):,} classes was held out, with the features of {experiment.backbone} "
                  f"(experiment {experiment.key}).")
            return found
    print(f"No class was held out: {NEEDED}")
    return pd.DataFrame(columns=COLUMNS)


def _split(features: Features, df: pd.DataFrame) -> Split:
    """The images of a split; of many some, evenly of all classes."""
    labels = df["label"].to_numpy("int64")
    chosen = np.argsort(labels, kind="stable")[spread(len(labels), TRAINING)]
    return Split(features[chosen], labels[chosen])


def _measured(splits: list[Split], categories: list[str]) -> pd.DataFrame:
    # A small class may have no image in one of the sets.
    present = [label for label in range(len(categories)) if all((each.labels == label).any() for each in splits)]
    if len(present) < 3:
        raise UserError("that takes three classes with images in all sets")
    splits = [each.only(present) for each in splits]
    labels = spread(len(present), CLASSES)
    return pd.DataFrame([hold_out(*splits, label, categories[present[label]])
                         for label in track(labels, "hold out classes", len(labels), "class")])
