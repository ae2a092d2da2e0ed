"""What is known of test images besides their class: the slices that accuracies are shown for."""

from pathlib import Path

import numpy as np
import pandas as pd

from auxiliary.core.files import beginning
from auxiliary.data.duplicates import has_duplicate_in
from auxiliary.data.images import Images
from auxiliary.evaluation.slices import cut_in_thirds

SHADES = np.array([0.299, 0.587, 0.114])    # the part of red, green and blue in brightness, as in ITU-R BT.601
SIDE = 32                                   # pixels of the small images whose mean brightness is taken
# Two endings of one format.
SAME_FORMAT = {"jpeg": "jpg", "tiff": "tif", "heif": "heic"}


def image_properties(test: pd.DataFrame, train: pd.DataFrame, overview: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """The slice of each test image by each property.

    Args:
        test: the test images, as `write_splits` wrote them.
        train: the training images.
        overview: the catalogue of the original files.
        raw: the folder that was catalogued.

    Returns:
        One row per test image, with its index. Columns: mean `brightness` of the processed image, 0 to 1, in thirds;
        `near-duplicate in training`, yes or no; `shorter side` of the original file in pixels, in thirds; and its `file
        format`. The last two are missing where the catalogue lacks an image.

    Raises:
        UserError: an image cannot be read, or is not the one that its table lists.
    """
    found = pd.DataFrame({
        "brightness": cut_in_thirds(brightness(test), "{:.2f}"),
        "near-duplicate in training": has_duplicate_in(train, test).map({True: "yes", False: "no"})})
    files = overview.set_index(overview["filepath"].str.removeprefix(beginning(raw)))
    if "original" not in test or not test["original"].isin(files.index).all():
        return found
    files = files.loc[test["original"]]
    sides = pd.Series(files[["width", "height"]].min(axis=1).to_numpy("float64"), test.index)
    formats = files["format"].replace(SAME_FORMAT)
    return found.assign(**{"shorter side": cut_in_thirds(sides, unit=" px"), "file format": formats.to_numpy()})


def brightness(images: pd.DataFrame) -> pd.Series:
    """The mean brightness of each processed image, from 0 for black to 1 for white."""
    pixels = Images(images, SIDE, cache=False)
    means = [pixels[np.array([place])].mean(axis=(0, 1, 2)) @ SHADES / 255 for place in range(len(images))]
    return pd.Series(means, images.index, dtype="float64")
