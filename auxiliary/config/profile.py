"""A profile: one data set and the experiments to run on it, as frozen records.

`auxiliary.config.loader` reads them from a YAML file; every field of the file is a field here.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Positive = Annotated[int, Field(ge=1)]
Accuracy = Annotated[float, Field(ge=0, le=1)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]


class Record(BaseModel):
    """Immutable, and strict about unknown names."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Split(Record):
    """How images are divided into training, validation and test set.

    Attributes:
        by: `group` keeps images that are the same, or nearly the same, in one part; `seed` divides at random.
            Both keep the shares of the classes.
        fractions: shares of training, validation and test set. Where the publisher fixed the test set,
            the second is the share of the training images that becomes the validation set.
        random_state: the seed of the division.
    """

    by: Literal["group", "seed"] = "group"
    fractions: tuple[float, float, float] = (0.7, 0.2, 0.1)
    random_state: int = 5


class Settings(Record):
    """What a profile says once for all its rows, and a row may say for itself.

    Attributes:
        seeds: a row is trained once with each.
        image_size: side of the square image that a network gets, in pixels.
        batch_size: images a training step.
        sampling: size to which every class of the training set is brought: `smallest`, `mean` or `largest`
            class, or `none` to leave it as it is.
        optimizer: `adam`, `sgd` (momentum 0.9) or `rmsprop`.
        schedule: `constant` learning rate, or `onecycle`: up for a third of the steps, then down to zero.
        augment: the augmentations of the training images, as a line; empty for none.
        patience: training stops after that many epochs in a row without a lower validation loss, and the weights of
            the lowest are kept; 0 trains all epochs and keeps the last weights.
        tta: test-time augmentation: what the trained network says of an image is the mean over that many
            augmented versions of it; 0 asks it once, of the image as it is.
    """

    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] = (0,)
    image_size: Positive = 224
    batch_size: Positive = 32
    sampling: Literal["smallest", "mean", "largest", "none"] = "mean"
    optimizer: Literal["adam", "sgd", "rmsprop"] = "adam"
    schedule: Literal["constant", "onecycle"] = "constant"
    augment: str = ""
    patience: Annotated[int, Field(ge=0)] = 0
    tta: Annotated[int, Field(ge=0)] = 0


class Experiment(Settings):
    """One model to train.

    Attributes:
        model_id: the model's name; several rows may share one.
        key: the row's own, unique name; the `model_id` unless given.
        learning_rate: of the optimiser; with `onecycle` the highest.
        epochs: of this run, those of a parent not counted.
        parent: key of the row whose trained weights this one starts from.
        published_accuracy: the accuracy that somebody published for this row, for comparison; several for its seeds in
            turn.
        note: what a reader should know about the row.
    """

    model_id: Annotated[str, Field(min_length=1)]
    key: Annotated[str, Field(min_length=1)]
    learning_rate: Annotated[float, Field(gt=0)]
    epochs: Annotated[int, Field(ge=0)]
    parent: str | None = None
    published_accuracy: Accuracy | tuple[Accuracy, ...] | None = None
    note: str = ""

    def published_with(self, seed: int) -> float | None:
        """What was reported for one of the seeds."""
        if isinstance(self.published_accuracy, tuple):
            return dict(zip(self.seeds, self.published_accuracy, strict=False)).get(seed)
        return self.published_accuracy

    @property
    def slug(self) -> str:
        """The key as a file name."""
        return re.sub(r"[^\w.+-]+", "_", self.key)


class ScratchExperiment(Experiment):
    """A network built and trained from nothing.

    Attributes:
        net: the network, as a line; the final layer, one unit a class, is added to it.
    """

    net: str

    @property
    def stage(self) -> str:
        """Which notebook trains it."""
        return "scratch"

    @property
    def network(self) -> str:
        """The line that says what is built."""
        return self.net


class TransferExperiment(Experiment):
    """A pre-trained backbone with a new head.

    Attributes:
        backbone: name of the backbone.
        head: what follows it, as a line that starts with `gap`; the final layer is added to it.
        tune_last: how many of the backbone's last layers are trained as well; `all` of them if need be.
        weights: what the backbone starts from, what it learned on `imagenet` or `random` numbers.
        views: where `augment` is asked for and the backbone stays frozen, how many augmented versions of each training
            image it is shown once and for all; epochs take them in turn.
    """

    backbone: str
    head: str
    tune_last: Annotated[int, Field(ge=0)] | Literal["all"] = 0
    weights: Literal["imagenet", "random"] = "imagenet"
    views: Positive = 4

    @property
    def stage(self) -> str:
        """Which notebook trains it."""
        return "transfer"

    @property
    def network(self) -> str:
        """The line that says what is built."""
        return self.head


class Profile(Settings):
    """A data set and its experiments.

    Attributes:
        dataset: name of a known data set, or the path of a folder of images.
        name: what the folders made from somebody's own images are called; as theirs unless given.
        source: a folder or archive to take a known data set from, instead of its publisher.
        split: how the images are divided.
        scratch: the rows of notebook 02.
        transfer: the rows of notebook 03.
    """

    dataset: str
    name: Annotated[str, Field(pattern=r"^(\w[\w .+-]*)?$")] = ""
    source: Path | None = None
    split: Split = Split()
    scratch: tuple[ScratchExperiment, ...] = ()
    transfer: tuple[TransferExperiment, ...] = ()

    @property
    def experiments(self) -> tuple[ScratchExperiment | TransferExperiment, ...]:
        """All rows in the order in which they are trained."""
        return (*self.scratch, *self.transfer)


EXPERIMENT_KINDS: dict[str, type[Experiment]] = {"scratch": ScratchExperiment, "transfer": TransferExperiment}
