"""The columns of results.csv: one frozen record, each field with its type and meaning."""

import re
import sys
from dataclasses import dataclass
from math import inf, nan
from typing import Annotated, Literal

import pandas as pd
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

SCRATCH, TRANSFER = "scratch", "transfer"
REFIT = "train+val"    # what a refit is trained on
NOT_DETERMINISTIC = "no"
LABELS = {SCRATCH: "from scratch", TRANSFER: "pre-trained"}
# The end of a run's name: the time at which it finished.
FINISHED = re.compile(r"-\d{8}T\d{6}$")


@dataclass(frozen=True)
class Range:
    """The numbers that a column may hold, both ends included. NaN, an unknown number, is always allowed.

    Attributes:
        least: the smallest.
        most: the largest.
        words: a description that completes "is not", such as "a number from 0 to 1".
    """

    least: float
    most: float
    words: str

    def __call__(self, number: float) -> float:
        """The number itself; `ValueError` outside the range."""
        if number < self.least or number > self.most:
            raise ValueError(f"{number} is not {self.words}")
        return number


Share = Annotated[float, AfterValidator(Range(0, 1, "a number from 0 to 1"))]
# Infinite in rows of versions that did not stop where training diverged.
Loss = Annotated[float, AfterValidator(Range(0, inf, "a number from 0 on"))]
Amount = Annotated[float, AfterValidator(Range(0, sys.float_info.max, "a finite number from 0 on"))]
Count = Annotated[int, AfterValidator(Range(0, 2**63 - 1, "a whole number from 0 on that fits 64 bits"))]
Seed = Annotated[int, AfterValidator(Range(0, 2**32 - 1, "a whole number from 0 to 4294967295"))]


class Result(BaseModel):
    """One finished run: a row of results.csv, its fields in the order of the columns.

    Accuracies, F1 and the ends of intervals are from 0 to 1, losses are in nats. An unknown number is NaN, and empty
    in the file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=(),
                              ser_json_inf_nan="constants")

    model_id: str = Field(description="name of the experiment in its profile; several experiments may share it")
    learning_rate: Amount = Field(description="learning rate, the highest of its schedule; empty without an "
                                             "optimiser")
    epochs: Count = Field(description="number of epochs of this run, without those of its parents")
    acc_train: Share = Field(description="training accuracy of the last epoch, as Keras reports it, or of a "
                                        "logistic regression")
    accuracy: Share = Field(description="test accuracy")
    dataset: str = Field(description="name of the data set")
    key: str = Field(description="unique name of the experiment in its profile; the same as model_id unless given")
    stage: Literal["scratch", "transfer"] = Field(description="scratch for a hand-built network, transfer for a "
                                                              "pre-trained backbone")
    seed: Seed = Field(description="seed of weights, shuffling, augmentation and dropout")
    val_accuracy: Share = Field(description="validation accuracy of the saved weights; the best run has the highest")
    train_loss: Loss = Field(description="training loss of the last epoch, as Keras reports it, or of a "
                                        "logistic regression without its penalty")
    val_loss: Loss = Field(description="mean cross-entropy on the validation images, of the saved weights")
    test_loss: Loss = Field(description="mean cross-entropy on the test images")
    macro_f1: Share = Field(description="unweighted mean of the classes' F1 on the test images")
    accuracy_low: Share = Field(description="lower end of the 95% Wilson interval of the test accuracy")
    accuracy_high: Share = Field(description="upper end of the 95% Wilson interval of the test accuracy")
    test_images: Count = Field(description="number of test images")
    test_duplicates: Count = Field(description="number of test images with a near-duplicate (the same or nearly the "
                                               "same image) in the training set")
    accuracy_without_duplicates: Share = Field(description="accuracy on the test images without such a near-duplicate")
    ece: Share = Field(description="expected calibration error on the test images in 15 bins: the mean difference "
                                   "between confidence and accuracy")
    train_images: Count = Field(description="number of training images per epoch, after sampling")
    val_images: Count = Field(description="number of validation images")
    classes: Count = Field(description="number of classes")
    images_hash: str = Field(description="fingerprint of the preprocessed images and their classes")
    split_rule: str = Field(description="rule that split the images into training, validation and test set")
    sampling: str = Field(description="size to which every class of the training set was sampled: smallest, mean, "
                                      "largest, or none for no sampling")
    image_size: Count = Field(description="side of the square network input in pixels; the largest of an "
                                         "ensemble's members")
    sizes: str = Field(default="", description="for how many epochs training images had which side, such as "
                                               "9 x 80, 4 x 112; empty for image_size in all")
    batch_size: Count = Field(description="number of images per training step")
    optimizer: str = Field(description="spec of the optimiser; empty where there is none")
    schedule: str = Field(description="spec of the learning rate over the steps; empty without an optimiser")
    label_smoothing: Share = Field(default=0.0, description="share of each training label that was given to all "
                                                            "classes alike")
    averaging: str = Field(default="", description="spec of the average of weights that was evaluated; empty "
                                                   "for the weights after the last step")
    class_weight: str = Field(default="", description="balanced if images of small classes counted more; else empty")
    augment: str = Field(description="spec of the augmentations; empty for none")
    views: Count = Field(default=0, description="number of augmented versions of each training image, made once for "
                                                "frozen layers, that epochs used in turn; 0 where each epoch made its "
                                                "own, or none")
    patience: Count = Field(default=0, description="number of epochs without a lower validation loss after which "
                                                   "training stops and the best weights are saved; 0 for no early "
                                                   "stopping")
    tta: str = Field(default="", description="spec of the views of an image over which predictions are averaged; empty "
                                             "for the image alone")
    network: str = Field(description="spec of the network, or of the head on a backbone; logistic for a logistic "
                                     "regression, ensemble(…) with the keys of its members for an ensemble")
    backbone: str = Field(description="name of the pre-trained backbone, of several joined by ` + `; empty for a "
                                      "network from scratch")
    weights: str = Field(default="", description="initial weights of the backbone: imagenet or random")
    parent: str = Field(description="key of the experiment whose trained weights this one starts from, or "
                                    "which it refits; empty for none")
    refit: str = Field(default="", description="train+val if the parent was trained once more on the training and the "
                                               "validation images together; its validation columns are empty, and "
                                               "its temperature is the parent's; else empty")
    tune_last: Count = Field(description="number of the backbone's last layers that were tuned")
    parameters: Count = Field(description="number of weights, trained or not; of an ensemble those of all members")
    trainable_parameters: Count = Field(description="number of weights that were trained; 0 where there was no "
                                                    "training")
    epochs_total: Count = Field(description="number of epochs of this run and its parents")
    diverged: str = Field(default="", description="where a loss or a prediction was no finite number, such as in epoch "
                                                  "3; accuracies and losses are then empty; empty for none")
    train_seconds: Amount = Field(description="wall-clock seconds of training and validation; cached features of "
                                              "frozen layers take none")
    images_per_second: Amount = Field(description="training images per second, with the time of validation but not of "
                                                  "computing features")
    device: str = Field(description="processor, with its cores or the number that --threads stated, or GPU that "
                                    "trained the network")
    precision: str = Field(description="Keras dtype policy, such as float32 or mixed_bfloat16")
    deterministic: str = Field(default="", description="no if the same machine need not give the same figures again; "
                                                       "else empty")
    python: str = Field(description="version of Python")
    tensorflow: str = Field(description="version of TensorFlow")
    keras: str = Field(description="version of Keras")
    commit: str = Field(description="git commit, with +changes for uncommitted code; empty outside a repository")
    published_accuracy: Share = Field(default=nan, description="accuracy that somebody else published for this "
                                                               "experiment; empty for none")
    config_hash: str = Field(default="", description="fingerprint of everything that determines the run but its seed: "
                                                     "the same for all seeds of an experiment")
    run_id: str = Field(description="name of the run's folder in models/ and the time of its end; unique in the file")
    finished_at: AwareDatetime = Field(description="time at which the run finished, UTC, ISO 8601")

    @property
    def trained(self) -> bool:
        """Whether any weight was trained: not in an ensemble, nor in an experiment with 0 epochs."""
        return self.trainable_parameters > 0


COLUMNS: dict[str, type] = {name: field.annotation for name, field in Result.model_fields.items()}
INTEGERS = [name for name, kind in COLUMNS.items() if kind is int]
FLOATS = [name for name, kind in COLUMNS.items() if kind is float]
RANGES: dict[str, Range] = {name: check.func for name, field in Result.model_fields.items()
                            for check in field.metadata if isinstance(check, AfterValidator)}


def is_ensemble(network: str) -> bool:
    """Whether a cell of `network` names the members of an ensemble."""
    return network.startswith("ensemble(")


def folder_of(run_id: str) -> str:
    """The name of a run's folder in `models/<dataset>`: its `run_id` without the time at the end, if any."""
    return FINISHED.sub("", run_id)


def describe_columns() -> pd.DataFrame:
    """Name, type and meaning of every column of results.csv, in order."""
    return pd.DataFrame([
        {"column": name, "type": "text" if COLUMNS[name] not in (int, float) else COLUMNS[name].__name__,
         "meaning": field.description} for name, field in Result.model_fields.items()])
