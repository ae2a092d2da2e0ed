"""The columns of results.csv: one frozen record, each field with its type and what it means."""

import re
from math import nan
from typing import Literal

import pandas as pd
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SCRATCH, TRANSFER = "scratch", "transfer"
LABELS = {SCRATCH: "from scratch", TRANSFER: "pre-trained"}
# How the name of a run ends: with when it finished.
FINISHED = re.compile(r"-\d{8}T\d{6}$")


class Result(BaseModel):
    """One finished training run: a row of results.csv, its fields in the order of the columns.

    Accuracies, F1 and interval ends run from 0 to 1, losses are in nats. A number that is not known is NaN,
    and empty in the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(),
                              ser_json_inf_nan="constants")

    model_id: str = Field(description="name of the row in the profile; several rows may share it")
    learning_rate: float = Field(description="learning rate at the start; the peak of a one-cycle schedule")
    epochs: int = Field(description="epochs of this run alone")
    acc_train: float = Field(description="training accuracy of the last epoch, as Keras reports it")
    accuracy: float = Field(description="test accuracy")
    dataset: str = Field(description="name of the data set")
    key: str = Field(description="unique name of the row in its profile: model_id unless given")
    stage: Literal["scratch", "transfer"] = Field(description="hand-built network, or pre-trained backbone")
    seed: int = Field(description="seed of weights, shuffling, augmentation and dropout")
    val_accuracy: float = Field(description="validation accuracy of the kept weights; 'best' goes by it")
    train_loss: float = Field(description="training loss of the last epoch, as Keras reports it")
    val_loss: float = Field(description="validation loss of the kept weights")
    test_loss: float = Field(description="mean cross-entropy on the test images")
    macro_f1: float = Field(description="unweighted mean of the classes' F1 on the test images")
    accuracy_low: float = Field(description="lower end of the test accuracy's 95% Wilson interval")
    accuracy_high: float = Field(description="upper end of the test accuracy's 95% Wilson interval")
    test_images: int = Field(description="number of test images")
    test_duplicates: int = Field(
        description="how many of them have a near-duplicate, the same or nearly the same image, in the training set"
    )
    accuracy_without_duplicates: float = Field(description="test accuracy on the others")
    ece: float = Field(description="expected calibration error on the test images, 15 bins: how far confidence is "
                                   "from accuracy")
    train_images: int = Field(description="number of training images an epoch, after sampling")
    val_images: int = Field(description="number of validation images")
    classes: int = Field(description="number of classes")
    images_hash: str = Field(description="fingerprint of the preprocessed images and their classes")
    split_rule: str = Field(description="how train, validation and test were cut")
    sampling: str = Field(description="how the training set was balanced")
    image_size: int = Field(description="side of the square input in pixels")
    batch_size: int = Field(description="images a training step")
    optimizer: str = Field(description="optimiser")
    schedule: str = Field(description="how the learning rate changes over a run")
    augment: str = Field(description="augmentation line; empty for none")
    patience: int = Field(default=0, description="epochs without a lower validation loss after which training stopped; "
                                                 "0 for none, and the last weights")
    tta: int = Field(default=0, description="augmented views of an image whose predictions were averaged; 0 for none")
    network: str = Field(description="network line, or the head's line on a backbone")
    backbone: str = Field(description="pre-trained backbone; empty for a network from scratch")
    weights: str = Field(default="", description="what the backbone started from, imagenet or random")
    parent: str = Field(description="key of the run this one goes on from; empty for none")
    tune_last: int = Field(description="how many of the backbone's last layers were tuned")
    parameters: int = Field(description="number of weights, trained or not")
    trainable_parameters: int = Field(description="number of weights that were trained; 0 where nothing was")
    epochs_total: int = Field(description="epochs of this run and of those it goes on from")
    train_seconds: float = Field(description="wall-clock seconds of training and validation; features of a frozen "
                                             "backbone that an earlier run computed take none")
    images_per_second: float = Field(description="training images a second, validation included, features computed")
    device: str = Field(description="what it was trained on")
    precision: str = Field(description="Keras dtype policy, such as float32 or mixed_bfloat16")
    python: str = Field(description="version of Python")
    tensorflow: str = Field(description="version of TensorFlow")
    keras: str = Field(description="version of Keras")
    commit: str = Field(description="git commit, with +changes where the code differs; empty outside a repository")
    published_accuracy: float = Field(default=nan, description="accuracy somebody else reported for this row, if any")
    config_hash: str = Field(default="", description="fingerprint of all that matters but the seed")
    run_id: str = Field(description="the run's folder below models/ and when it finished; unique in the file")
    finished_at: AwareDatetime = Field(description="when the run finished, UTC, ISO 8601")


COLUMNS: dict[str, type] = {name: field.annotation for name, field in Result.model_fields.items()}
INTEGERS = [name for name, kind in COLUMNS.items() if kind is int]
FLOATS = [name for name, kind in COLUMNS.items() if kind is float]


def folder_of(run: str) -> str:
    """The name of a run's folder below `models/<dataset>`: its name without when it finished, if it has that."""
    return FINISHED.sub("", run)


def describe_columns() -> pd.DataFrame:
    """Name, type and meaning of every column of results.csv, in order."""
    return pd.DataFrame([
        {"column": name, "type": "text" if COLUMNS[name] not in (int, float) else COLUMNS[name].__name__,
         "meaning": field.description} for name, field in Result.model_fields.items()])
