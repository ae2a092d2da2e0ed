import keras
import numpy as np
import pytest
from PIL import Image

from auxiliary.deploy.export.write import antialiased_resize


@pytest.mark.parametrize("side", [5, 32, 60])
@pytest.mark.parametrize(("height", "width"), [(32, 32), (100, 61), (9, 200), (1, 1)])
def test_the_resize_for_converters_equals_those_of_keras_and_pillow(height, width, side):
    pixels = np.random.default_rng(0).integers(0, 256, (2, height, width, 3), "uint8")
    resized = antialiased_resize(pixels, side).numpy()
    by_keras = keras.layers.Resizing(side, side, antialias=True)(pixels.astype("float32"))
    assert resized == pytest.approx(by_keras.numpy(), abs=0.01)
    for one, image in zip(resized, pixels, strict=True):
        by_pillow = np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR), "float32")
        # Pillow rounds twice: after the rows and after the columns.
        assert np.abs(one - by_pillow).max() <= 1.01
