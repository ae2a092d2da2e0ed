"""The images and experiments of finished runs, opened again and checked; and the figures that must agree."""

import glob
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from math import nan
from pathlib import Path

import pandas as pd
from pydantic import ValidationError

from auxiliary.commands.reproduce_recipe import read_recipe
from auxiliary.config.profile import Profile
from auxiliary.core.errors import PREPARE_AGAIN, UserError
from auxiliary.core.parallel import in_batches
from auxiliary.core.paths import FIXED, Paths
from auxiliary.data.reading.inspect_files import inspect_files
from auxiliary.data.splitting.split_record import SPLITS
from auxiliary.project.open import paths_of
from auxiliary.project.project import Project
from auxiliary.runs.own_epochs import own_epochs
from auxiliary.runs.result import FLOATS
from auxiliary.runs.run import Run
from auxiliary.training.identity import PIPELINE
from auxiliary.training.job import Job


def open_chain(chain: Sequence[Run], root: Path) -> Project:
    """A project of the experiments of some runs and nothing else, on the images below `root`.

    Args:
        chain: a run behind its parents.
        root: the folder that holds `data/`.

    Raises:
        UserError: when this version cannot read a recipe.
    """
    recipes = [read_recipe(run) for run in chain]
    stage = "transfer" if "backbone" in recipes[-1]["experiment"] else "scratch"
    try:
        profile = Profile.model_validate({name: recipes[-1][name] for name in ("dataset", "image_size", "split")}
                                         | {stage: [recipe["experiment"] for recipe in recipes]})
    except ValidationError as error:
        problem = error.errors()[0]
        raise UserError(f"this version cannot read the recipe of {chain[-1].id}, or of one of its parents "
                        f"({'.'.join(map(str, problem['loc']))}: {problem['msg']}); the version that wrote it can: "
                        f"commit {recipes[-1]['commit'] or 'unknown'}") from None
    # The profile had more experiments, and one of them may have asked for larger images.
    paths = replace(paths_of(profile, root), image_size=recipes[-1]["image_size"])
    return Project(profile, _labelled_as(chain[-1], profile, paths),
                   {experiment.key: experiment for experiment in profile.experiments})


def _labelled_as(run: Run, profile: Profile, paths: Paths) -> Paths:
    """The paths of the tables that list a run's images: labels may have been fixed before it, or since."""
    made = {split: images["fingerprint"] for split, images in read_recipe(run)["images"].items()}
    folders = paths.processed.glob(f"{glob.escape(paths.split)}{FIXED}*")
    for fixes in ("", *sorted(folder.name.rpartition(FIXED)[2] for folder in folders)):
        labelled = replace(paths, fixes=fixes)
        with suppress(UserError):    # tables of earlier images
            if Project(profile, labelled, {}).fingerprints == made:
                return labelled
    return paths


def check_images(project: Project, chain: Sequence[Run]) -> None:
    """Check that the images are those that the runs were made with, the files on disk included.

    Raises:
        UserError: they are not; the message names the first that differs.
    """
    for run in chain:
        for split, made in read_recipe(run)["images"].items():
            if project.fingerprints[split] != made["fingerprint"]:
                raise UserError(
                    f"{project.paths.table(split)} lists other images than {run.id} was made with: they were "
                    "split or processed again since, and the run cannot be reproduced on them"
                )
    tables = {split: getattr(project, split) for split in SPLITS}
    listed = pd.concat(tables, names=["table"]).reset_index("table")
    facts = in_batches(inspect_files, listed["filepath"].tolist(), "checking the images", size=256)
    for table, file, content, fact in zip(
        listed["table"], listed["filepath"], listed["content_hash"], facts, strict=True
    ):
        if fact.content_hash != content:
            why = "holds something else" if fact.content_hash else fact.error
            raise UserError(f"{file} is not the image that {table}.csv lists ({why}): put it back, or "
                            f"{PREPARE_AGAIN}")


def check_identity(project: Project, chain: Sequence[Run]) -> None:
    """Check that the recipes have the fingerprints of the runs' folders, so that this code would train the same runs.

    Raises:
        UserError: when one does not, with the reason.
    """
    for run, experiment in zip(chain, project.profile.experiments, strict=True):
        recipe = read_recipe(run)
        made = Job(experiment, recipe["seed"], project).run.id
        if made == run.id:
            continue
        if recipe["pipeline"] != PIPELINE:
            reason = f"this code has version {PIPELINE} of the training pipeline, and the run {recipe['pipeline']}"
        else:
            reason = f"its recipe is that of {made}, so the recipe, the folder's name or the code was edited"
        raise UserError(f"{run.id} cannot be reproduced with this code: {reason}; check out the code that made it, "
                        f"commit {recipe['commit'] or 'unknown'}")


# Numbers of a result that are settings, published by somebody else, or times.
NO_FIGURES = {"learning_rate", "published_accuracy", "train_seconds", "images_per_second"}
MEASURED = ("epochs", "test_duplicates", "diverged", *(name for name in FLOATS if name not in NO_FIGURES))
PER_EPOCH = ["accuracy", "loss", "val_accuracy", "val_loss", "learning_rate"]
ABSENT = "-"


def figures(run: Run) -> pd.Series:
    """All figures of a finished run that must be the same when it is trained again; times need not.

    Returns:
        Every figure as text with all its digits. The index has three levels: `of` is `result`, `epoch` or `image`;
        `number` is the number of the epoch or test image, from 1, and 0 for the result; `name` is the figure's name.
    """
    result = pd.DataFrame({name: [str(getattr(run.result, name))] for name in MEASURED}, index=[0])
    own = own_epochs(run.history)
    found = {"result": _long(result), "epoch": _long(own[PER_EPOCH].set_axis(own["epoch"], axis=0))}
    if not run.diverged:
        # Images are numbered, because their folder may have been moved.
        images = run.predictions.drop(columns=["filepath", "category", "label"])
        found["image"] = _long(images.set_axis(range(1, len(images) + 1), axis=0))
    return pd.concat(found, names=["of"])


def _long(table: pd.DataFrame) -> pd.Series:
    """The cells of a table as text, row by row; the index levels are `number` and `name`."""
    # pandas leaves NaN as it is, which equals nothing.
    cells = table.astype(str).fillna(str(nan)).rename_axis("number").reset_index().melt("number", var_name="name")
    return cells.sort_values("number", kind="stable").set_index(["number", "name"])["value"]


def side_by_side(then: pd.Series, again: pd.Series) -> pd.DataFrame:
    """Put the figures of two runs side by side.

    Args:
        then: figures of the first run.
        again: figures of the second run.

    Returns:
        The columns `figure` (its name in words), `of`, `then` and `again`, `-` where a run has no such figure.
    """
    names = then.index.union(again.index, sort=False)
    table = pd.DataFrame({"then": then.reindex(names, fill_value=ABSENT),
                          "again": again.reindex(names, fill_value=ABSENT)}).reset_index()
    place = table["of"] + " " + table["number"].astype(str) + " "
    return table.assign(figure=place.where(table["of"] != "result", "") + table["name"])[
        ["figure", "of", "then", "again"]]
