"""A profile: one data set and the experiments to run on it, as frozen records.

`auxiliary.config.loader` reads them from a YAML file; every field of the file is a field here.
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, field_validator
from pydantic_core import PydanticCustomError

from auxiliary.config.ensemble import ENSEMBLE, NETWORK, ScratchEnsemble, TransferEnsemble, kind_of
from auxiliary.config.experiment import Experiment, ScratchExperiment
from auxiliary.config.record import Flag, GivenPath, Line, PerhapsName, Record, Seed
from auxiliary.config.settings import Settings
from auxiliary.config.shares import exact_shares
from auxiliary.config.transfer import TransferExperiment


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


Scratch = Annotated[Annotated[ScratchExperiment, Tag(NETWORK)] | Annotated[ScratchEnsemble, Tag(ENSEMBLE)],
                    Discriminator(kind_of)]
Transfer = Annotated[Annotated[TransferExperiment, Tag(NETWORK)] | Annotated[TransferEnsemble, Tag(ENSEMBLE)],
                     Discriminator(kind_of)]


class Profile(Settings):
    """A data set and its experiments.

    Attributes:
        dataset: name of a known data set, or path of a folder with one folder of images per class.
        name: name of your own data set in `data/`, `models/` and `assets/`; the folder's name unless given.
        source: folder or archive of a known data set, to use instead of downloading it.
        split: how the images are split.
        drop_small_classes: whether classes that are too small to be split are left out; they stop the run otherwise.
        label_fixes: CSV file of images that get another label or are left out.
        allow_new_classes: whether these labels may be those of no class so far; they stop the run otherwise.
        scratch: the experiments of notebook 02.
        transfer: the experiments of notebook 03.
    """

    dataset: Annotated[Line, Field(min_length=1)]
    name: Annotated[PerhapsName, Field(pattern=r"^(\w[\w .+-]*)?$")] = ""
    source: GivenPath | None = None
    split: Split = Split()
    drop_small_classes: Flag = False
    label_fixes: GivenPath | None = None
    allow_new_classes: Flag = False
    scratch: tuple[Scratch, ...] = ()
    transfer: tuple[Transfer, ...] = ()

    @property
    def experiments(self) -> tuple[Scratch | Transfer, ...]:
        """All experiments in the order in which they are trained."""
        return (*self.scratch, *self.transfer)

    @property
    def prepared_size(self) -> int:
        """The side that images are prepared at: the largest that an experiment asks for, so that none is enlarged."""
        return max((experiment.image_size for experiment in self.experiments), default=self.image_size)


EXPERIMENT_KINDS: dict[str, type[Experiment]] = {"scratch": ScratchExperiment, "transfer": TransferExperiment}
