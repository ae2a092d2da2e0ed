"""The settings that a profile gives once for all experiments, and that an experiment may give for itself."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from auxiliary.config.record import Flag, ImageSize, Positive, Record, Seed


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
        deterministic: whether the same machine gives the same figures again, to the last digit. Without that
            TensorFlow may use faster algorithms.
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
    deterministic: Flag = True

    @field_validator("seeds")
    @classmethod
    def _check_seeds(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise PydanticCustomError("seeds", "a seed may stand there once")
        return seeds
