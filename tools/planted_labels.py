"""How many wrong labels are found of those that were planted, and what test accuracy gains from putting them right.

    python -m tools.planted_labels PROFILE BACKBONE@SIZE... [-p NAME VALUE] [--root DIR]

Prints a table, and writes it to `tests/benchmarks/planted_labels.csv` in place of the data set's rows.
"""

import math
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import click
import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from auxiliary.commands.cli import parameters_option, root_option
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.progress import track
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.evaluation.comparison import ALPHA
from auxiliary.evaluation.difference import Difference
from auxiliary.evaluation.label_issues import out_of_fold, suspect_labels
from auxiliary.evaluation.seed_noise import difference_by_image
from auxiliary.project.project import Project
from auxiliary.training.regression import STRENGTHS, Labelled, choose_strength
from tools.folds import check_classes, predict
from tools.frozen_backbones import circumstances, measure

TABLE = REPOSITORY / "tests/benchmarks/planted_labels.csv"
SHARES = (0.05, 0.1, 0.2)
DRAWS = 5
# The largest gradient of a regression, a thousand times that of a run: in a draw of `animals10` the accuracy was the
# same, in a sixth of the time.
TOLERANCE = 1e-5
SHOWN = ["backbone", "image_size", "share", "random_state", "planted", "suspects", "found", "by_probability",
         "accuracy_planted", "accuracy_restored", "accuracy_own"]


@click.command()
@click.argument("profile")
@click.argument("backbones", nargs=-1, required=True, metavar="BACKBONE@SIZE...")
@parameters_option
@root_option
def main(profile: str, backbones: tuple[str, ...], parameters: dict[str, str], root: Path | None) -> None:
    """Plant wrong labels in PROFILE, which must be prepared (run PROFILE --only 01), and look for them.

    Labels are wrong in memory only. Images, their labels and all other files stay as they are.
    """
    measure(planted_labels, profile, backbones, parameters, root, TABLE, SHOWN)


@dataclass(frozen=True, eq=False)
class Described:
    """The images of a data set with their own labels, and their features.

    Attributes:
        images: one row per image, with `filepath`, `category`, `label`, `group` and `split`.
        features: (N, channels) float32, in the same order.
    """

    images: pd.DataFrame
    features: np.ndarray

    def suspects(self, labels: np.ndarray) -> pd.DataFrame:
        """What the package lists where images have these labels, (N,); `place` is that of each among the images."""
        names = self.images.drop_duplicates("label").set_index("label")["category"]
        found = suspect_labels(self.features, self.images.assign(category=names.loc[labels].to_numpy()))
        return found.assign(place=pd.Index(self.images["filepath"]).get_indexer(found["filepath"]))

    @threadpool_limits.wrap(limits=1)    # as in `suspect_labels`
    def least_probable(self, labels: np.ndarray, number: int) -> np.ndarray:
        """The places of so many images, whose labels are the least probable by the same predictions."""
        probabilities = out_of_fold(self.features, labels, self.images["group"].to_numpy())
        return probabilities[np.arange(len(labels)), labels].argsort(kind="stable")[:number]

    def correct(self, labels: np.ndarray) -> np.ndarray:
        """Whether a regression that is fitted to these labels predicts each test image's own one, (tests,) bool."""
        of = {split: (self.images["split"] == split).to_numpy() for split in SPLITS}
        train, val = (Labelled(self.features[of[split]], labels[of[split]]) for split in ("train", "val"))
        head, _ = choose_strength(train, val, STRENGTHS, tolerance=TOLERANCE)
        return predict(head, self.features[of["test"]]) == self.images["label"].to_numpy()[of["test"]]


def planted_labels(project: Project, experiments: list[TransferExperiment]) -> pd.DataFrame:
    """Plant wrong labels in each of several draws, and look for them by the features of each experiment's backbone.

    Args:
        project: the opened profile, its images prepared.
        experiments: what `experiment_of` gives.

    Returns:
        One row per experiment, share of wrong labels and random state:

        - `planted` labels; `suspects` that the package lists, and planted ones `found` among them; how many planted
          ones have `own_suggested`, that is their own label as suggestion; `by_probability`, how many planted ones are
          among as many images with the least probable labels;
        - `recall`, the share of the planted ones that are found, 0 to 1; `suspects_own`, how many are listed where all
          labels are the images' own;
        - the accuracy on `test_images`, judged by their own labels, of a regression fitted to the labels with the
          planted ones (`accuracy_planted`), after those found got their own one back (`accuracy_restored`), and to
          all own ones (`accuracy_own`);
        - the 95% interval of what putting right gains, of this draw (`low`, `high`) and of the mean of all draws
          (`mean_low`, `mean_high`); and what was measured, where.

    Raises:
        UserError: the images are not prepared, or a class has fewer than five different ones.
    """
    machine = runtime.start(seed=0)
    # TensorFlow is loaded, which `--help` does without.
    from tools.features import pooled_features, pooled_images

    images = pooled_images(project)
    check_classes(images)
    tables = []
    for experiment in experiments:
        described = Described(images, pooled_features(experiment, project))
        about = {"dataset": project.paths.dataset, "images": len(images), "backbone": experiment.backbone,
                 "image_size": experiment.image_size}
        tables.append(_measured(described, experiment.key).assign(**about)[[*about, *COLUMNS]])
    return pd.concat(tables, ignore_index=True).round(4).assign(**circumstances(machine))


COLUMNS = ["share", "random_state", "planted", "suspects", "found", "own_suggested", "by_probability", "recall",
           "suspects_own", "test_images", "accuracy_planted", "accuracy_restored", "accuracy_own", "low",
           "high", "mean_low", "mean_high"]


def _measured(described: Described, title: str) -> pd.DataFrame:
    """The rows of one backbone."""
    own = described.images["label"].to_numpy()
    best = described.correct(own)
    before = {"suspects_own": len(described.suspects(own)), "test_images": len(best), "accuracy_own": best.mean()}
    rows, answers = [], []
    for share, state in track(product(SHARES, range(DRAWS)), title, len(SHARES) * DRAWS, "draw"):
        row, *both = _draw(described, plant(described.images, share, state))
        rows.append({"share": share, "random_state": state, **row, **before})
        answers.append(both)
    means = []
    for start in range(0, len(answers), DRAWS):
        planted, restored = (np.stack(each) for each in zip(*answers[start:start + DRAWS], strict=True))
        means += [_ends(difference_by_image(restored, planted), "mean_")] * DRAWS
    return pd.concat([pd.DataFrame(rows), pd.DataFrame(means)], axis=1)


def plant(images: pd.DataFrame, share: float, random_state: int) -> np.ndarray:
    """The labels of images, (N,) int64, of which a share is wrong: any other class, each as probable.

    Args:
        images: with `label`, from 0, and `split`. The same share of each split gets wrong labels, rounded up.
        share: 0 to 1.
        random_state: seed of the choice of images and classes.
    """
    draw, labels = np.random.default_rng(random_state), images["label"].to_numpy("int64", copy=True)
    classes = labels.max() + 1
    for _, places in sorted(images.reset_index(drop=True).groupby("split").indices.items()):
        chosen = draw.choice(places, math.ceil(share * len(places)), replace=False)
        labels[chosen] = (labels[chosen] + draw.integers(1, classes, len(chosen))) % classes
    return labels


def _draw(described: Described, labels: np.ndarray) -> tuple[dict[str, float], np.ndarray, np.ndarray]:
    """The figures of one draw, and which test images are predicted correctly before and after putting right."""
    own = described.images["label"].to_numpy()
    wrong, listed = labels != own, described.suspects(labels)
    places = listed["place"].to_numpy()
    found = places[wrong[places]]
    restored = labels.copy()
    restored[found] = own[found]
    suggested = listed["suggested"].to_numpy() == described.images["category"].to_numpy()[places]
    before, after = described.correct(labels), described.correct(restored)
    return {"planted": wrong.sum(), "suspects": len(listed), "found": len(found),
            "own_suggested": (suggested & wrong[places]).sum(),
            "by_probability": wrong[described.least_probable(labels, len(listed))].sum(),
            "recall": len(found) / wrong.sum(),
            "accuracy_planted": before.mean(), "accuracy_restored": after.mean(),
            **_ends(difference_by_image(after[None], before[None]))}, before, after


def _ends(difference: Difference, name: str = "") -> dict[str, float]:
    low, high = difference.interval(ALPHA)
    return {f"{name}low": low, f"{name}high": high}


if __name__ == "__main__":
    main()
