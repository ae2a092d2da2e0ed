"""The map of a profile's validation and test images, made with the cached features of a trained experiment."""

import numpy as np
import pandas as pd

from auxiliary.core.text import counted
from auxiliary.data.tables import digest, originals
from auxiliary.evaluation.image_map import METHOD, choose_images, map_places
from auxiliary.project.project import Project
from auxiliary.training.cached_table import cached_table
from auxiliary.training.feature_files import images_of
from auxiliary.training.frozen_runs import NEEDED, FrozenRun, flat, frozen_runs, read_splits_of

COLUMNS = ["experiment", "original", "category", "predicted", "confidence", "suggested", "split", "x", "y", "filepath"]
SPLITS = ("val", "test")    # those with predictions


def place_images(project: Project, suspicious: pd.DataFrame) -> pd.DataFrame:
    """The places of validation and test images on a plane, computed once and cached in `map.csv`.

    The features are those of the frozen, pre-trained experiment of the best validation accuracy, as for suspect labels.
    The mistakes are those of the same run. Prints how many images are on the map, or why there is none.

    Args:
        project: the opened profile.
        suspicious: the suspect labels, as `suspects` returns them.

    Returns:
        One row per image, at most 1,500, in the order of `choose_images`: `experiment`, `original` (the user's own
        file), `category`, `predicted`, `confidence` (0 to 1), `suggested` (the class that the label should be; ""
        unless suspect), `split`, `x`, `y` (0 to 1), and `filepath` (the processed image). Empty where no such
        experiment has been trained.
    """
    for frozen in frozen_runs(project):
        images = _with_predictions(project, frozen, suspicious)
        places = _places(project, frozen, images)
        if places is not None:
            wrong = (places["category"] != places["predicted"]).sum()
            print(f"{len(places):,} of {len(images):,} validation and test images are on the map, placed by the "
                  f"features of {frozen.experiment.backbone} (experiment {frozen.experiment.key}): "
                  f"{counted(wrong, 'mistake')}, {counted((places['suggested'] != '').sum(), 'suspect label')}.")
            return places
    print(f"There is no map: {NEEDED}")
    return pd.DataFrame(columns=COLUMNS)


def _with_predictions(project: Project, frozen: FrozenRun, suspicious: pd.DataFrame) -> pd.DataFrame:
    """The validation and test images in the order of their features, each with its prediction and suggested class."""
    splits = images_of(frozen.experiment, project)
    images = pd.concat([splits[split].assign(split=split) for split in SPLITS], ignore_index=True)
    predictions = project.with_own_images(pd.concat([frozen.run.val_predictions, frozen.run.predictions]))
    answers = predictions.drop_duplicates("filepath").set_index("filepath")[["predicted", "confidence"]]
    suggested = dict(zip(suspicious["filepath"], suspicious["suggested"], strict=True))
    return images.join(answers, on="filepath").assign(
        experiment=frozen.experiment.key, original=originals(images),
        suggested=[suggested.get(file, "") for file in images["filepath"]])


def _places(project: Project, frozen: FrozenRun, images: pd.DataFrame) -> pd.DataFrame | None:
    """The chosen images with their places; None where a file of features cannot be used."""
    def place() -> pd.DataFrame | None:
        splits = images_of(frozen.experiment, project)
        features = read_splits_of(frozen, {split: splits[split] for split in SPLITS})
        if features is None:
            return None
        chosen = choose_images(images.assign(place=range(len(images))))
        # Of the features only those of the chosen images are needed, but a file is checked as a whole anyway.
        x, y = map_places(np.concatenate(features)[chosen["place"]]).T
        return chosen.assign(x=x, y=y)[COLUMNS]

    below = images["filepath"].str.removeprefix(str(project.paths.data))
    files = (file.name for split in SPLITS for file in flat(frozen.files[split]))
    fingerprint = digest("\n".join([str(METHOD), *files, *(below + " " + images["suggested"])]))
    made_of = {"run": frozen.run.result.run_id, "fingerprint": fingerprint}
    return cached_table(project, "map", made_of, "placing these images on a map", place)
