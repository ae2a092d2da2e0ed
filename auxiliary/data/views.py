"""The views of test-time augmentation: a prediction is the weighted mean over several views of an image."""

from dataclasses import dataclass
from typing import Annotated, Protocol

import numpy as np
from pydantic import Field

from auxiliary.core.spec import operation, parse_spec

Count = Annotated[int, Field(ge=1)]


@dataclass(frozen=True)
class View:
    """One view of each image.

    Attributes:
        weight: its weight in the mean; those of all views sum to 1.
        mirrored: whether it is mirrored left to right.
        shift: pixels that it is moved down and to the right; the edge is mirrored in.
        augmented: the number of its augmentation by the experiment's `augment`; None for none.
    """

    weight: float = 1.0
    mirrored: bool = False
    shift: int = 0
    augmented: int | None = None

    def places(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """For each row and each column of the view, (side,) int64 each, the one of the image that it shows."""
        rows = (np.arange(side) - self.shift) % (2 * side)
        columns = rows[::-1] if self.mirrored else rows
        return tuple(np.where(places < side, places, 2 * side - 1 - places) for places in (rows, columns))

    def with_other(self, other: "View") -> "View":
        """The view that is both."""
        number = self.augmented if other.augmented is None else other.augmented
        return View(self.weight * other.weight, self.mirrored != other.mirrored, self.shift + other.shift, number)


class Views(Protocol):
    """Several views of an image."""

    def views(self) -> list[View]:
        """The views; their weights sum to 1."""
        ...


@operation
class Mirror:
    """`mirror`: the image and its mirror image."""

    def views(self) -> list[View]:
        return [View(0.5), View(0.5, mirrored=True)]


@operation
class Shift:
    """`shift(pixels)`: the image with half the weight, and moved to the upper left and to the lower right."""

    pixels: Count

    def views(self) -> list[View]:
        return [View(0.5), View(0.25, shift=-self.pixels), View(0.25, shift=self.pixels)]


@operation
class Augmented:
    """`augmented(number)`: so many versions of the image, augmented by the experiment's `augment`."""

    number: Count

    def views(self) -> list[View]:
        return [View(1 / self.number, augmented=number) for number in range(self.number)]


VIEWS: dict[str, type[Views]] = {"mirror": Mirror, "shift": Shift, "augmented": Augmented}


def views_of(tta: str) -> list[View]:
    """The views of a `tta` spec, each with each of the others': of `mirror | shift(1)` there are six.

    Args:
        tta: the spec; empty for the image alone.

    Raises:
        UserError: for an unknown operation or an invalid argument.
    """
    views = [View()]
    for step in parse_spec(tta, VIEWS, "tta"):
        views = [one.with_other(other) for one in views for other in step.views()]
    return views
