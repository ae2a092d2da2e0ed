"""Images of more than 8 bits a value."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.data.reading.decode import open_rgb, rgb_pixels
from auxiliary.data.reading.deep import found_span, is_deep
from auxiliary.data.reading.header import identified, read_header
from tests.images import encoded

GREY = (np.arange(20 * 30, dtype="uint16") * 6).reshape(20, 30)
COLOURS = np.random.default_rng(0).integers(0, 4096, (20, 30, 3), "uint16")
TWELVE_BITS = (0.0, 4095.0)


def pillow(values, kind="PNG"):
    return encoded(Image.fromarray(values), kind)


def coded(values, suffix=".png"):
    """A file of 16-bit colours, which Pillow cannot write; the last channel of four is alpha."""
    order = [2, 1, 0, 3][:values.shape[2]]
    return cv2.imencode(suffix, values[..., order])[1].tobytes()


def grey_with_alpha(values):
    """A PNG file of 16-bit grey and alpha, (H, W, 2), which neither library can write."""
    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    height, width, _ = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 4, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def big_endian_tiff(values):
    """An uncompressed TIFF file of 16-bit grey in the other byte order, which Pillow opens in another mode."""
    height, width = values.shape
    tags = {256: width, 257: height, 258: 16, 259: 1, 262: 1, 273: 200, 277: 1, 278: height, 279: values.nbytes}
    entries = b"".join(struct.pack(">HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = b"MM\0*" + struct.pack(">IH", 8, len(tags)) + entries + struct.pack(">I", 0)
    return head.ljust(200, b"\0") + values.astype(">u2").tobytes()


def span_of(data):
    with io.BytesIO(data) as file, identified(file) as image:
        return found_span(image, file)


def scaled(values, span):
    low, high = span
    return np.clip((values.astype(float) - low) / (high - low) * 255, 0, 255)


GREYS = {"PNG": pillow(GREY), "TIFF": pillow(GREY, "TIFF"), "other order": big_endian_tiff(GREY),
         "32 bits": pillow(GREY.astype("int32"), "TIFF"), "float": pillow(GREY.astype("float32"), "TIFF")}
DEEP_COLOURS = {"PNG": coded(COLOURS), "TIFF": coded(COLOURS, ".tif")}


@pytest.mark.parametrize("data", GREYS.values(), ids=GREYS)
@pytest.mark.parametrize("span", [TWELVE_BITS, (1000.0, 2000.0)])
def test_greys_are_scaled_by_the_span(data, span):
    pixels = np.asarray(open_rgb(data, span=span))
    for channel in range(3):
        np.testing.assert_allclose(pixels[..., channel], scaled(GREY, span), atol=0.51)


@pytest.mark.parametrize("data", DEEP_COLOURS.values(), ids=DEEP_COLOURS)
@pytest.mark.parametrize("span", [TWELVE_BITS, (1000.0, 2000.0)])
def test_colours_are_scaled_by_the_span_and_not_cut_to_the_upper_8_bits(data, span):
    assert np.asarray(Image.open(io.BytesIO(data))).max() < 16    # what Pillow makes of it
    np.testing.assert_allclose(np.asarray(open_rgb(data, span=span)), scaled(COLOURS, span), atol=0.51)


def test_without_a_span_colours_have_the_range_of_their_type():
    np.testing.assert_allclose(np.asarray(open_rgb(coded(COLOURS * 16))), COLOURS / 4095 * 255, atol=1.5)


def test_alpha_has_its_own_range():
    alpha = np.zeros((20, 30, 1), "uint16")
    alpha[:, :15] = 65535
    pixels = np.asarray(open_rgb(coded(np.concatenate([COLOURS, alpha], axis=2)), span=TWELVE_BITS))
    np.testing.assert_allclose(pixels[:, :15], scaled(COLOURS, TWELVE_BITS)[:, :15], atol=0.51)
    assert (pixels[:, 15:] == 255).all()


def test_grey_with_alpha():
    values = np.stack([GREY, np.full_like(GREY, 65535)], axis=2)
    pixels = np.asarray(open_rgb(grey_with_alpha(values), span=TWELVE_BITS))
    np.testing.assert_allclose(pixels[..., 0], scaled(GREY, TWELVE_BITS), atol=0.51)


@pytest.mark.parametrize("data", [*GREYS.values(), *DEEP_COLOURS.values()], ids=[*GREYS, *(f"colours {name}" for name in
                                                                                     DEEP_COLOURS)])
def test_the_span_is_that_of_the_values(data):
    values = COLOURS if data in DEEP_COLOURS.values() else GREY
    assert span_of(data) == (values.min(), values.max())
    assert is_deep(read_header(io.BytesIO(data)).mode)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "LA", "CMYK"])
def test_usual_images_are_not_deep(mode):
    header = read_header(io.BytesIO(encoded(Image.new(mode, (9, 9)), "TIFF")))
    assert header.mode == mode and not is_deep(mode)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_single_value_that_is_no_number_is_refused(value):
    values = GREY.astype("float32")
    values[3, 4] = value
    data = pillow(values, "TIFF")
    for read in (span_of, lambda data: open_rgb(data, span=TWELVE_BITS), open_rgb):
        with pytest.raises(ImageError, match="not numbers"):
            read(data)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_damaged_colours_have_a_reason(suffix, capfd):
    for share in (0.3, 0.6, 0.95):
        data = coded(COLOURS, suffix)
        with pytest.raises(ImageError):
            rgb_pixels(data[:int(share * len(data))], 64, TWELVE_BITS)
    assert capfd.readouterr().err == ""


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=2, max_size=9, unique=True))
def test_any_numbers_keep_their_order_and_fill_the_range(values):
    data = pillow(np.array([values], "float32"), "TIFF")
    span = span_of(data)
    pixels = np.asarray(open_rgb(data, span=span))[0, :, 0].astype(int)
    assert span == (min(values), max(values))
    assert (np.diff(pixels[np.argsort(values)]) >= 0).all()
    assert (pixels.min(), pixels.max()) == (0, 255)
