import io

import numpy as np
import pytest
from PIL import Image

from auxiliary.data.reading.jpeg import encode_jpeg, jpeg_pixels, processed_pixels, resized
from tests.images import encoded, soft


def gap(one, other):
    """The mean absolute difference, of 255."""
    return np.abs(np.asarray(one, float) - np.asarray(other, float)).mean()


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_pixels_are_pillows(subsampling):
    data = encoded(soft(40, 30), "JPEG", subsampling=subsampling, quality=90)
    assert gap(jpeg_pixels(data), Image.open(io.BytesIO(data))) < 0.1


def test_grey_files_get_three_channels():
    pixels = jpeg_pixels(encoded(soft(40, 30).convert("L"), "JPEG"))
    assert pixels.shape == (30, 40, 3)
    assert (pixels == pixels[:, :, :1]).all()


@pytest.mark.parametrize(("width", "height"), [(1600, 1200), (900, 1200), (3000, 250)])
def test_an_image_too_large_is_decoded_smaller_but_no_smaller_than_needed(width, height):
    pixels = jpeg_pixels(encoded(soft(width, height), "JPEG"), 200)
    assert 200 <= min(pixels.shape[:2]) < 400
    assert pixels.shape[1] / pixels.shape[0] == pytest.approx(width / height, rel=0.01)


@pytest.mark.parametrize(("width", "height"), [(210, 220), (399, 900), (150, 3000), (40, 30)])
def test_others_are_decoded_whole(width, height):
    assert jpeg_pixels(encoded(soft(width, height), "JPEG"), 200).shape == (height, width, 3)


@pytest.mark.parametrize("data", [b"", b"rubbish", encoded(soft(40, 30), "JPEG")[:-200], encoded(soft(40, 30), "PNG")])
def test_damaged_files_and_other_formats_are_refused(data):
    with pytest.raises(ValueError, match=r"."):
        jpeg_pixels(data)


@pytest.mark.parametrize("width", [30, 64, 100, 224])
@pytest.mark.parametrize("height", [30, 64, 100, 224])
def test_resizing_is_nearly_pillows(width, height):
    """Also where one side grows and the other shrinks."""
    image = soft(width, height)
    for size in (32, 64, 100):
        expected = image.resize((size, size), Image.Resampling.BILINEAR)
        assert gap(resized(np.asarray(image), size), expected) < 2


def test_making_smaller_takes_the_mean_of_each_area():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), "uint8")
    expected = pixels.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    assert np.abs(resized(pixels, 16) - expected).max() <= 0.5


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA"])
def test_processed_png_images_are_read_too(mode):
    image = soft(12, 12).convert(mode)
    np.testing.assert_array_equal(processed_pixels(encoded(image, "PNG"), 12), image.convert("RGB"))


def test_encoded_files_are_as_good_and_as_large_as_pillows():
    image = soft(224, 224)
    ours, pillows = encode_jpeg(np.asarray(image), 90), encoded(image, "JPEG", quality=90)
    assert gap(jpeg_pixels(ours), image) < gap(jpeg_pixels(pillows), image) + 0.1
    assert len(ours) == pytest.approx(len(pillows), rel=0.05)
