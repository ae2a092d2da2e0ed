"""Images as the network of a run sees them: at its size, in one of the views that its predictions are the mean of."""

import numpy as np

from auxiliary.core.spec import parse_spec
from auxiliary.data.augmentation.augment_batch import augment_batch
from auxiliary.data.augmentation.kinds import Draw
from auxiliary.data.augmentation.registry import AUGMENTATIONS
from auxiliary.data.reading.jpeg import resized
from auxiliary.data.views import View
from auxiliary.runs.result import Result


def seen_images(images: np.ndarray, view: View, result: Result, first: int = 0) -> np.ndarray:
    """One view of each image.

    Args:
        images: (N, H, W, 3) uint8 in RGB, squares of any size.
        view: one of those that the run's `tta` names.
        result: the run's row of `results.csv`.
        first: where the images are a batch of a table, the place of its first image there, a multiple of the run's
            batch size: they are then augmented as in the run's own test.

    Returns:
        (N, S, S, 3) uint8, S being the run's `image_size`.
    """
    size = result.image_size
    if images.shape[1] != size:
        images = np.stack([resized(image, size) for image in images])
    if view.augmented is not None:
        steps = parse_spec(result.augment, AUGMENTATIONS, "augment")
        places = np.arange(first, first + len(images))
        images = augment_batch(images, steps, Draw(result.seed, view.augmented, first // result.batch_size, places))
    rows, columns = view.places(size)
    return images[:, rows][:, :, columns]
