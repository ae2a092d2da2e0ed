"""The resizing inside an export, against that of `predict`."""

import keras
import numpy as np
import pytest

from auxiliary.data.reading.jpeg import resized
from auxiliary.deploy.export.resize import resize


@pytest.mark.parametrize("side", [5, 32, 60])
@pytest.mark.parametrize(("height", "width"), [(32, 32), (100, 61), (9, 200), (80, 40), (33, 47), (1, 1)])
def test_it_is_that_of_predict(height, width, side):
    pixels = np.random.default_rng(0).integers(0, 256, (2, height, width, 3), "uint8")
    images = keras.Input((None, None, 3))
    found = keras.Model(images, resize(images, side))(pixels.astype("float32")).numpy()
    assert found.shape == (2, side, side, 3)
    expected = np.stack([resized(image, side) for image in pixels]).astype("float32")
    # OpenCV also rounds between its steps, and its weights; neither is lighter on average.
    assert np.abs(found - expected).max() <= 1
    assert abs((found - expected).mean()) < 0.05
    if min(height, width) > 1.5 * side:
        assert (found == expected).mean() > 0.99
