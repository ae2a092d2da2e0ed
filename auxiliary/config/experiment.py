"""An experiment, and one that trains a network from scratch."""

import re
from itertools import groupby
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from auxiliary.config.record import Accuracy, Flag, ImageSize, Name
from auxiliary.config.settings import Settings

# Characters of a key in a folder's name; names longer than 255 bytes cannot be written.
LONGEST_SLUG = 50
# What an optimiser is told, and the values where none trains the experiment.
WITHOUT_OPTIMIZER = {"learning_rate": None, "epochs": 0, "optimizer": "", "schedule": "", "label_smoothing": 0,
                     "averaging": "", "patience": 0}


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
