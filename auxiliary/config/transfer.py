"""The experiments with pre-trained backbones."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from auxiliary.config.experiment import Experiment
from auxiliary.config.record import Positive

# Joins the names of several backbones to one.
JOINED = " + "
# The head that is a regularised logistic regression.
LOGISTIC = "logistic"


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
        return self.views if self.is_logistic else min(self.views, self.epochs)

    @property
    def stage(self) -> str:
        """`transfer`: notebook 03 trains it."""
        return "transfer"

    @property
    def is_logistic(self) -> bool:
        """Whether its head is fitted by logistic regression; its children go on from those weights."""
        return self.head == LOGISTIC and self.parent is None

    @property
    def has_optimizer(self) -> bool:
        """Whether an optimiser trains it, if anything does."""
        return not self.is_logistic

    @property
    def trains(self) -> bool:
        """Whether any weights are trained, by an optimiser or by logistic regression."""
        return super().trains or self.is_logistic

    @property
    def network(self) -> str:
        """Spec of the head."""
        return self.head

    @property
    def layers(self) -> str:
        """The operations that the head is built of, as a spec."""
        return "gap" if self.head == LOGISTIC else self.head
