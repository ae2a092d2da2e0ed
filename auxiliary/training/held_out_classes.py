"""How many images of each class are found where it is held out, by the cached features of a trained experiment.

The detector takes the weights of a final layer, which must not have seen the held-out class either. Here these are of a
logistic regression, fitted to the other classes.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.progress import track
from auxiliary.data.tables import digest, spread
from auxiliary.evaluation.held_out import COLUMNS, Split, hold_out
from auxiliary.evaluation.out_of_distribution import METHOD, TRAINING, Detector, fit_detector
from auxiliary.project.project import Project
from auxiliary.training.cached_table import cached_table
from auxiliary.training.feature_files import images_of
from auxiliary.training.feature_rows import Features
from auxiliary.training.frozen_runs import NEEDED, FrozenRun, flat, frozen_runs, read_splits_of
from auxiliary.training.regression import Labelled, choose_strength

CLASSES = 30    # held out at most, evenly spread: more would take long and hardly change the mean
# Of the regression. To choose among six takes three times as long or more, and the AUROC of the validation images of
# `flowers` and `animals10` is the same to 0.001.
STRENGTH = 0.1
# Of its largest gradient: with a thousandth of it, the AUROC of `demo` is the same to 0.0001, and takes twice the time.
TOLERANCE = 1e-5


def held_out_classes(project: Project) -> pd.DataFrame:
    """Hold out each class in turn: the figures of the test images, computed once and cached in `held-out.csv`.

    The features are those of the frozen, pre-trained experiment of the best validation accuracy, which never saw a
    label. Prints what was done, or why not.

    Returns:
        As `auxiliary.evaluation.held_out.hold_out`, with the column `backbone`; empty where no such experiment has been
        trained, or there are too few images or fewer than three classes.
    """
    for frozen in frozen_runs(project):
        try:
            found = _figures(project, frozen)
        except UserError as error:
            print(f"No class was held out: {error}.")
            return pd.DataFrame(columns=COLUMNS)
        if found is not None:
            print(f"Each of {len(found):,} classes was held out, with the features of {frozen.experiment.backbone} "
                  f"(experiment {frozen.experiment.key}).")
            return found.drop(columns="images_hash")
    print(f"No class was held out: {NEEDED}")
    return pd.DataFrame(columns=COLUMNS)


def _figures(project: Project, frozen: FrozenRun) -> pd.DataFrame | None:
    """The figures with the hash of the images; None where a file of features cannot be used."""
    images = images_of(frozen.experiment, project)

    def measure() -> pd.DataFrame | None:
        features = read_splits_of(frozen, images)
        if features is None:
            return None
        splits = [_split(*each) for each in zip(features, images.values(), strict=True)]
        return _measured(splits, project.categories).assign(backbone=frozen.experiment.backbone,
                                                            images_hash=project.images_hash)

    # The names of the files hold the hashes of images, backbone and weights.
    files = (file.name for each in frozen.files.values() for file in flat(each))
    classes = (" ".join(df["label"].astype(str)) for df in images.values())
    method = f"{METHOD} {CLASSES} {STRENGTH} {TOLERANCE}"
    fingerprint = digest("\n".join([method, *files, *project.categories, *classes]))
    made_of = {"experiment": frozen.experiment.key, "fingerprint": fingerprint}
    return cached_table(project, "held-out", made_of, "holding out the classes of these images", measure)


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
    return pd.DataFrame([hold_out(*splits, label, categories[present[label]], detector_scores)
                         for label in track(labels, "hold out classes", len(labels), "class")])


def detector_scores(train: Split, val: Split) -> Callable[[np.ndarray], np.ndarray]:
    """The scores of `held_out_detector`."""
    return held_out_detector(train, val).scores


def held_out_detector(train: Split, val: Split) -> Detector:
    """The detector of the classes of these images, with the weights of a logistic regression that knows no others."""
    head, _ = choose_strength(Labelled(*train), Labelled(*val), [STRENGTH], tolerance=TOLERANCE)
    return fit_detector(train.features, train.labels, val.features, *head)
