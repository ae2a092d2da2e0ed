"""A profile: one data set and the experiments to run on it, as frozen records.

`auxiliary.config.loader` reads them from a YAML file; every field of the file is a field here.
"""

import re
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator
from pydantic_core import PydanticCustomError

from auxiliary.config.record import Accuracy, Flag, ImageSize, Line, Name, PerhapsName, Positive, Record, Seed
from auxiliary.config.shares import exact_shares

# Joins the names of several backbones to one.
JOINED = " + "
# Characters of a key in a folder's name; names longer than 255 bytes cannot be written.
LONGEST_SLUG = 50
# The head that is a regularised logistic regression.
LOGISTIC = "logistic"
# What an optimiser is told, and the values where none trains the experiment.
WITHOUT_OPTIMIZER = {"learning_rate": None, "epochs": 0, "optimizer": "", "schedule": "", "label_smoothing": 0,
                     "averaging": "", "patience": 0}


class Split(Record):
    """How images are split into training, validation and test set.

    Attributes:
        by: `group` puts near-duplicates (the same or nearly the same image) into one set; `seed` splits at random. Both
            keep the shares of the classes.
        fractions: shares of training, validation and test set, which sum to 1. Where the publisher made a test set, the
            second is the share of its training images that becomes the validation set; where it made a validation set,
            the third is the share of them that becomes the test set.
        random_state: seed of the split, from 0 to 2**32 - 1.
    """

    by: Literal["group", "seed"] = "group"
    fractions: tuple[float, float, float] = (0.7, 0.2, 0.1)
    random_state: Seed = 5

    @field_validator("fractions")
    @classmethod
    def _check(cls, fractions: tuple[float, ...]) -> tuple[float, ...]:
        try:
            exact_shares(fractions)
        except ValueError as error:
            raise PydanticCustomError("shares", "{reason}", {"reason": str(error)}) from None
        return fractions

    @property
    def name(self) -> str:
        """The rule as a folder's name, such as `group-0.7-0.2-0.1-5`; two rules never share one."""
        return "-".join([self.by, *map(str, self.fractions), str(self.random_state)])


class Settings(Record):
    """Settings that a profile gives once for all experiments, and that an experiment may give for itself.

    Attributes:
        seeds: seeds of weights, order, augmentation and dropout; an experiment is trained once with each.
        image_size: side of the square network input in pixels, up to 4096.
        batch_size: number of images per training step.
        sampling: size to which every class of the training set is sampled: that of the `smallest`, `mean` or `largest`
            class, or `none` for no sampling.
        optimizer: spec of the optimiser, such as `adam` or `sgd(0.9, nesterov=True)`.
        schedule: spec of the learning rate over the steps, such as `constant` or `cosine(warmup=1)`.
        label_smoothing: the share of each training label that is given to all classes alike.
        averaging: spec of the average of the weights over many steps that is evaluated and saved, such as
            `ema(0.998)`; empty for the weights themselves.
        class_weight: `balanced` counts the images of a class the more, the fewer they are; `none` counts all alike.
        augment: spec of the augmentations of the training images, such as `flip | shift(0.1)`; empty for none.
        patience: early stopping: training stops after so many epochs in a row without a lower validation loss, and the
            weights of the lowest are kept; 0 trains all epochs and keeps the last weights.
        tta: test-time augmentation: spec of the views of an image over which its prediction is the mean, such as
            `mirror` or `augmented(8)`; empty for the image alone.
    """

    seeds: Annotated[tuple[Seed, ...], Field(min_length=1)] = (0,)
    image_size: ImageSize = 224
    batch_size: Positive = 32
    sampling: Literal["smallest", "mean", "largest", "none"] = "mean"
    optimizer: str = "adam"
    schedule: str = "constant"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    averaging: str = ""
    class_weight: Literal["none", "balanced"] = "none"
    augment: str = ""
    patience: Annotated[int, Field(ge=0)] = 0
    tta: str = ""

    @field_validator("seeds")
    @classmethod
    def _check_seeds(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise PydanticCustomError("seeds", "a seed may stand there once")
        return seeds


class Experiment(Settings):
    """One model to train.

    Attributes:
        model_id: name of the model; several experiments may share it.
        key: unique name of the experiment; the same as `model_id` unless given.
        learning_rate: learning rate of the optimiser, the highest one of its schedule; `auto` for the one that a range
            test finds, None where there is no optimiser.
        epochs: number of epochs, those of a parent not counted; 0 trains nothing.
        parent: key of an earlier experiment of the same stage whose trained weights this one starts from.
        refit: whether the parent is trained once more instead, from its own first weights, on the training and the
            validation images together, for the epochs that validation chose. All other settings are the parent's.
        published_accuracy: accuracy that somebody published for this experiment, for comparison; or a list, one per
            seed.
        note: a remark for readers, shown in tables.
    """

    model_id: Name
    key: Name
    learning_rate: Annotated[float, Field(gt=0)] | Literal["auto"] | None
    epochs: Annotated[int, Field(ge=0)]
    parent: str | None = None
    refit: Flag = False
    published_accuracy: Accuracy | tuple[Accuracy, ...] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _check_learning_rate(self) -> "Experiment":
        if self.has_optimizer and self.learning_rate is None:
            raise PydanticCustomError("learning_rate", "learning_rate: a number is needed")
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys of the experiments that are trained before this one."""
        return (self.parent,) if self.parent else ()

    @property
    def has_optimizer(self) -> bool:
        """Whether weights are trained epoch by epoch, if at all; see `WITHOUT_OPTIMIZER`."""
        return True

    @property
    def trains(self) -> bool:
        """Whether any weights are trained."""
        return self.epochs > 0

    def published_with(self, seed: int) -> float | None:
        """The published accuracy of one of the seeds; None where there is none."""
        if isinstance(self.published_accuracy, tuple):
            return dict(zip(self.seeds, self.published_accuracy, strict=False)).get(seed)
        return self.published_accuracy

    @property
    def slug(self) -> str:
        """The key as part of a folder's name; several keys may share it, and the fingerprint tells them apart."""
        # A folder whose name begins with a dot is hidden, and a hyphen makes it an option on a command line.
        return re.sub(r"^[.-]|[^\w.+-]+", "_", self.key)[:LONGEST_SLUG]


class ScratchExperiment(Experiment):
    """A network that is built and trained from scratch.

    Attributes:
        net: spec of the network, such as `conv(16) | pool | flatten`; the final layer, one unit per class, is added.
        sizes: sides in pixels that images are trained at, each for an equal share of the epochs, one after the other;
            a side may stand there several times. Validation and test images always have `image_size`. Empty for
            `image_size` in all epochs.
    """

    net: str
    sizes: tuple[ImageSize, ...] = ()

    @property
    def trained_sizes(self) -> str:
        """For how many epochs images of which side are trained, such as `9 x 80, 4 x 112`; empty without `sizes`."""
        return ", ".join(f"{len(list(same))} x {size}" for size, same in groupby(self.size_of_epoch))

    @property
    def size_of_epoch(self) -> tuple[int, ...]:
        """The side of the training images in each epoch; empty without `sizes`."""
        return tuple(self.sizes[epoch * len(self.sizes) // self.epochs] for epoch in range(self.epochs) if self.sizes)

    @property
    def stage(self) -> str:
        """`scratch`: notebook 02 trains it."""
        return "scratch"

    @property
    def network(self) -> str:
        """Spec of the network."""
        return self.net

    @property
    def layers(self) -> str:
        """The operations that the network is built of, as a spec."""
        return self.net


class TransferExperiment(Experiment):
    """A pre-trained backbone with a new head.

    Attributes:
        backbone: name of the backbone. A list of several is joined to one name, such as `A + B`: the head gets the
            features of all.
        head: spec of the layers after it, which starts with `gap`; the final layer is added. `logistic` is the final
            layer alone; without a parent it is fitted by logistic regression.
        tune_last: number of the backbone's last layers that are trained as well, or `all`; 0 keeps it frozen.
        weights: initial weights of the backbone: `imagenet` or `random`.
        views: number of augmented views per training image for a backbone with frozen layers and `augment`; what these
            make of them is computed once, and epochs use them in turn.
    """

    backbone: str
    head: str
    tune_last: Annotated[int, Field(ge=0)] | Literal["all"] = 0
    weights: Literal["imagenet", "random"] = "imagenet"
    views: Positive = 4

    @field_validator("backbone", mode="before")
    @classmethod
    def _join_backbones(cls, backbone: object) -> object:
        names = backbone.split(JOINED) if isinstance(backbone, str) else backbone
        if not isinstance(names, list):
            return backbone
        if not names or not all(isinstance(name, str) for name in names) or len({*names}) < len(names):
            raise PydanticCustomError("backbones", "a list of backbones holds different names")
        return JOINED.join(names)

    @property
    def backbones(self) -> tuple[str, ...]:
        """The name of each backbone."""
        return tuple(self.backbone.split(JOINED))

    @property
    def used_views(self) -> int:
        """Number of views that epochs use in turn; fewer epochs than views use the first ones only.

        A logistic regression uses all at once.
        """
        return min(self.views, self.epochs) if self.has_optimizer else self.views

    @property
    def stage(self) -> str:
        """`transfer`: notebook 03 trains it."""
        return "transfer"

    @property
    def has_optimizer(self) -> bool:
        """Whether an optimiser trains it: all but a logistic regression, whose children go on from its weights."""
        return self.head != LOGISTIC or self.parent is not None

    @property
    def trains(self) -> bool:
        """Whether any weights are trained, by an optimiser or by logistic regression."""
        return super().trains or not self.has_optimizer

    @property
    def network(self) -> str:
        """Spec of the head."""
        return self.head

    @property
    def layers(self) -> str:
        """The operations that the head is built of, as a spec."""
        return "gap" if self.head == LOGISTIC else self.head


class Ensemble(Experiment):
    """Several experiments together: its probabilities are the mean of theirs, and nothing is trained.

    Attributes:
        ensemble: keys of its members, earlier experiments of the same stage that are no ensembles.
    """

    ensemble: tuple[str, ...]

    @field_validator("ensemble")
    @classmethod
    def _check_members(cls, members: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(members)) < len(members) or len(members) < 2:
            raise PydanticCustomError("members", "two members or more are needed, each of them once")
        return members

    @property
    def needs(self) -> tuple[str, ...]:
        """The keys of its members."""
        return self.ensemble

    @property
    def has_optimizer(self) -> bool:
        """Nothing is trained."""
        return False

    @property
    def stage(self) -> str:
        """`transfer`: notebook 03 evaluates it."""
        return "transfer"

    @property
    def network(self) -> str:
        """Its members, such as `ensemble(small, large)`."""
        return f"ensemble({', '.join(self.ensemble)})"


# The kinds of experiments under `transfer`, as pydantic's errors name them.
NETWORK, ENSEMBLE = "network", "ensemble"


def _kind(value: Any) -> str:
    is_ensemble = "ensemble" in value if isinstance(value, dict) else isinstance(value, Ensemble)
    return ENSEMBLE if is_ensemble else NETWORK


Transferred = Annotated[Annotated[TransferExperiment, Tag(NETWORK)] | Annotated[Ensemble, Tag(ENSEMBLE)],
                        Discriminator(_kind)]


class Profile(Settings):
    """A data set and its experiments.

    Attributes:
        dataset: name of a known data set, or path of a folder with one folder of images per class.
        name: name of your own data set in `data/`, `models/` and `assets/`; the folder's name unless given.
        source: folder or archive of a known data set, to use instead of downloading it.
        split: how the images are split.
        drop_small_classes: whether classes that are too small to be split are left out; they stop the run otherwise.
        scratch: the experiments of notebook 02.
        transfer: the experiments of notebook 03.
    """

    dataset: Line
    name: Annotated[PerhapsName, Field(pattern=r"^(\w[\w .+-]*)?$")] = ""
    source: Path | None = None
    split: Split = Split()
    drop_small_classes: Flag = False
    scratch: tuple[ScratchExperiment, ...] = ()
    transfer: tuple[Transferred, ...] = ()

    @property
    def experiments(self) -> tuple[ScratchExperiment | TransferExperiment | Ensemble, ...]:
        """All experiments in the order in which they are trained."""
        return (*self.scratch, *self.transfer)

    @property
    def prepared_size(self) -> int:
        """The side that images are prepared at: the largest that an experiment asks for, so that none is enlarged."""
        return max((experiment.image_size for experiment in self.experiments), default=self.image_size)


EXPERIMENT_KINDS: dict[str, type[Experiment]] = {"scratch": ScratchExperiment, "transfer": TransferExperiment}
