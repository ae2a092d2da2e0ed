"""Damaged JPEG files are refused; oddities that leave the image whole are not."""

from functools import partial

import numpy as np
import pytest
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.data.reading.decode import open_rgb, rgb_pixels
from auxiliary.data.reading.jpeg import jpeg_pixels
from tests.images import encoded


def photograph(seed, size=(400, 300), mode="RGB", **options):
    """A JPEG file of soft blobs."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), "uint8")
    image = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC).convert(mode)
    return encoded(image, "JPEG", quality=90, **options)


def spoilt(data, how, seed=0):
    """The file with its data damaged at a third, as bad disks and broken downloads do."""
    start = data.index(b"\xff\xda") + 14
    at = start + (len(data) - start) // 3
    noise = np.random.default_rng(seed).integers(0, 255, 64, "uint8").tobytes()
    return data[:at] + {
        "zeros": bytes(64) + data[at + 64:],
        "noise": noise + data[at + 64:],
        "lost": data[at + 512:],
        "ended": b"\xff\xd9" + data[at:],
        "another": photograph(99)[at:],
    }[how]


TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
KINDS = [{}, {"mode": "L"}, {"mode": "CMYK"}, {"progressive": True}, {"exif": TURNED}, {"restart_marker_rows": 1}]


def is_noticed(data):
    """By libjpeg-turbo: where damage happens to leave as many blocks as there were, it finds none."""
    try:
        jpeg_pixels(data)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("how", ["zeros", "noise", "lost", "ended", "another"])
@pytest.mark.parametrize("options", KINDS, ids=str)
def test_damage_that_the_decoder_notices_is_refused_by_every_way_of_reading(how, options):
    files = [spoilt(photograph(seed, **options), how, seed) for seed in range(6)]
    noticed = [data for data in files if is_noticed(data)]
    assert len(noticed) >= 3
    for data in noticed:
        for read in (open_rgb, partial(open_rgb, size=64), partial(rgb_pixels, size=64)):
            with pytest.raises(ImageError, match=r"^damaged: "):
                read(data)


@pytest.mark.parametrize("options", KINDS, ids=str)
def test_oddities_are_not(options):
    """Bytes before the end marker, behind it, and between the segments of the header."""
    whole = photograph(0, **options)
    assert whole.endswith(b"\xff\xd9")
    first = whole.index(b"\xff\xdb")
    for data in (whole[:-2] + b"\0\xff\xd9", whole[:-2] + b"\0\0\xff\xd9", whole + b"text behind it" * 99,
                 whole[:first] + b"\xff\xff" + whole[first:], whole[:first] + b"\0" + whole[first:]):
        np.testing.assert_array_equal(open_rgb(data), open_rgb(whole))
        # Pillow may resize them.
        np.testing.assert_allclose(rgb_pixels(data, 64).astype(int), rgb_pixels(whole, 64), atol=3)


def test_a_file_without_end_is_truncated():
    with pytest.raises(ImageError, match=r"^truncated$"):
        open_rgb(photograph(0)[:-2])


def test_the_reason_says_what_the_decoder_found():
    with pytest.raises(ImageError, match=r"^damaged: premature end of data segment$"):
        open_rgb(spoilt(photograph(0), "ended"))
