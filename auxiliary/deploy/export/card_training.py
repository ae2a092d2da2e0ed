"""What a model card says of a run's images, their licence and that of its weights, and its training."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from auxiliary.data.fetch import DATA_SETS
from auxiliary.networks.hub_names import is_preset
from auxiliary.networks.weight_licences import weight_licences
from auxiliary.reporting.tables import Table
from auxiliary.runs.result import Result
from auxiliary.runs.settings import settings_of_recipe

# Of a recipe: said elsewhere in the card, or empty of meaning without the profile.
LEFT_OUT = {"key", "model_id", "stage", "note", "seeds", "dataset", "published_accuracy", "device"}


def weights_licence(result: Result) -> str:
    """The licence of the weights that the network began with, in words."""
    if not result.backbone or result.weights != "imagenet":
        return "none, because the network was trained from random weights"
    return "; ".join(f"{name}: {licence or _where(name)}" for name, licence in weight_licences(result.backbone).items())


def _where(name: str) -> str:
    return "see the preset's page on Kaggle" if is_preset(name) else (
        "none recorded here, see https://keras.io/api/applications/")


def data_licence(result: Result) -> str:
    """The licence of the images, in words."""
    if known := DATA_SETS.get(result.dataset):
        return f"{known.licence} (of the published data set `{known.name}`)"
    return "not recorded: the images are their owner's"


def training_data(recipe: Mapping[str, Any], result: Result) -> str:
    """The section on the images."""
    known, counts = DATA_SETS.get(result.dataset), {name: part["count"] for name, part in recipe["images"].items()}
    about = f": {known.about}" if known else ""
    sentences = [
        f"The data set `{result.dataset}`{about}.",
        f"{counts['train']:,} images for training, {counts['val']:,} for validation, {counts['test']:,} for the test, "
        f"split by the rule `{result.split_rule}`. Fingerprint of images and classes: `{result.images_hash}`."]
    if result.refit:
        sentences.append("This run was trained on the images of training and of validation together.")
    if result.sampling != "none":
        sentences.append(f"Every class was sampled to the size of the `{result.sampling}`: {result.train_images:,} "
                         "images per epoch.")
    return "\n\n".join(sentences)


def training_procedure(recipe: Mapping[str, Any], result: Result) -> str:
    """The section on the training, with all settings."""
    epochs = f"{result.epochs:,} epochs" + (
        f", and {result.epochs_total - result.epochs:,} of the runs that it began with"
        if result.epochs_total > result.epochs else "")
    rows = [(name, value) for name, value in settings_of_recipe(recipe).items() if name not in LEFT_OUT]
    table = Table.from_frame(pd.DataFrame(rows, columns=["setting", "value"]))
    return (f"{epochs}, {result.train_seconds:,.0f} seconds, in {result.precision}. Images of {result.image_size} x "
            f"{result.image_size} pixels. All settings:\n\n{table.to_markdown()}")
