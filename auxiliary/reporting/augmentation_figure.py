"""Training images as they are stored, and as a network gets them: augmented, in a batch."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from auxiliary.core.text import counted
from auxiliary.reporting.names import Names
from auxiliary.reporting.style import new_figure, styled


@styled
def augmentation_figure(stored: np.ndarray, augmented: np.ndarray, shown: Sequence[str], spec: str,
                        categories: Sequence[str]) -> Figure:
    """Each image above, and its augmented version below it.

    Args:
        stored: (N, S, S, 3) images as `mk_tf_dataset` gives them without augmentation, 0 to 255.
        augmented: the same images with augmentation, same shape.
        shown: the class of each image.
        spec: the augmentations, such as `flip | zoom(0.1)`; empty for none.
        categories: all classes in the order of their labels.
    """
    names = Names(categories)
    fig = new_figure(1.4 * max(len(shown), 4), 3.6, names)
    grid = fig.subplots(2, len(shown), squeeze=False)
    for axes, image in zip(grid.ravel(), np.concatenate([stored, augmented]), strict=True):
        axes.imshow(np.asarray(image).round().astype("uint8"))
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    for axes, name in zip(grid[0], shown, strict=True):
        axes.set_title(names.category(name, 14), fontsize=11, pad=4, loc="center")
    for axes, label in zip(grid[:, 0], ("stored", "augmented"), strict=True):
        axes.set_ylabel(label)
    fig.suptitle(f"{counted(len(shown), 'training image')}; augmentation: {spec or 'none'}", x=0.01, ha="left")
    return fig
