"""Training images as they are stored, and as a network gets them: augmented, in a batch."""

from collections.abc import Sequence
from textwrap import fill

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auxiliary.core.text import counted
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import new_figure, styled

LEAST = 0.005    # a smaller share of a class is not shown
LETTERS = 9      # of the title in an inch


@styled
def augmentation_figure(stored: np.ndarray, epochs: Sequence[tuple[np.ndarray, np.ndarray]], shown: Sequence[str],
                        spec: str, categories: Sequence[str]) -> Figure:
    """Each image above, and its augmented versions below it; those that are mixed with the shares of their classes.

    Args:
        stored: (N, S, S, 3) images as `mk_tf_dataset` gives them without augmentation, 0 to 255.
        epochs: for each epoch the same images with augmentation, of any size, and their labels, (N, classes) shares.
        shown: the class of each image.
        spec: the augmentations, such as `flip | zoom(0.1)`; empty for none.
        categories: all classes in the order of their labels.
    """
    names = Names(categories)
    width = 1.4 * max(len(shown), 4)
    fig = new_figure(width, 2 + 1.75 * len(epochs), names)
    above, *below = fig.subplots(1 + len(epochs), len(shown), squeeze=False)
    _show(above, stored, "stored")
    for axes, name in zip(above, shown, strict=True):
        axes.set_title(names.category(name, 14), fontsize=11, pad=4, loc="center")
    for number, (row, (images, labels)) in enumerate(zip(below, epochs, strict=True), 1):
        _show(row, images, f"epoch {number}")
        for axes, shares, name in zip(row, np.asarray(labels), shown, strict=True):
            found = _classes(shares, categories)
            if [*found] != [name]:
                mixture = "\n".join(f"{names.category(each, 12)} {share:.2f}" for each, share in found.items())
                axes.set_title(mixture, fontsize=8, pad=3, loc="center")
    title = f"{counted(len(shown), 'training image')}; augmentation: {spec or 'none'}"
    fig.suptitle(fill(title, round(LETTERS * width)), x=0.01, ha="left")
    return fig


def _show(row: Sequence[Axes], images: np.ndarray, label: str) -> None:
    for axes, image in zip(row, images, strict=True):
        axes.imshow(np.asarray(image).round().astype("uint8"))
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    row[0].set_ylabel(label)


def _classes(shares: np.ndarray, categories: Sequence[str]) -> dict[str, float]:
    """The classes of an image with their shares, the largest first."""
    return {categories[label]: shares[label] for label in np.argsort(-shares) if shares[label] >= LEAST}
