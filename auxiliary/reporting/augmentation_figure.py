"""Training images as they are stored, and as a network gets them: augmented, in a batch."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from auxiliary.core.text import counted, short
from auxiliary.reporting.style import new_figure, styled


@styled
def augmentation_figure(stored: np.ndarray, augmented: np.ndarray, names: Sequence[str], spec: str) -> Figure:
    """Each image above, and its augmented version below it.

    Args:
        stored: (N, S, S, 3) images as `mk_tf_dataset` gives them without augmentation, 0 to 255.
        augmented: the same images with augmentation, same shape.
        names: the class of each image.
        spec: the augmentations, such as `flip | zoom(0.1)`; empty for none.
    """
    fig = new_figure(1.4 * max(len(names), 4), 3.6)
    grid = fig.subplots(2, len(names), squeeze=False)
    for axes, image in zip(grid.ravel(), np.concatenate([stored, augmented]), strict=True):
        axes.imshow(np.asarray(image).round().astype("uint8"))
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    for axes, name in zip(grid[0], names, strict=True):
        axes.set_title(short(name, 14), fontsize=11, pad=4, loc="center")
    for axes, label in zip(grid[:, 0], ("stored", "augmented"), strict=True):
        axes.set_ylabel(label)
    fig.suptitle(f"{counted(len(names), 'training image')}; augmentation: {spec or 'none'}", x=0.01, ha="left")
    return fig
