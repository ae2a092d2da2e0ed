import io
import random
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from auxiliary.data.reading.decode import open_rgb
from auxiliary.data.reading.header import read_header
from auxiliary.data.reading.png_metadata import MOST, without_excess
from tests.images import encoded

IMAGE = Image.linear_gradient("L").resize((90, 70)).convert("RGB")
TEXT = random.Random(0).randbytes(MOST).hex().encode()    # twice as much, and hard to pack


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(*chunks, behind=(), **options):
    data = encoded(IMAGE, **options)
    return data[:33] + b"".join(chunks) + data[33:-12] + b"".join(behind) + data[-12:]


ZEROS = zlib.compress(bytes(2 * MOST))
LARGE = {
    "text": chunk(b"tEXt", b"a\0" + TEXT),
    "packed text": chunk(b"zTXt", b"a\0\0" + ZEROS),
    "text hard to pack": chunk(b"zTXt", b"a\0\0" + zlib.compress(TEXT, 1)),
    "packed international text": chunk(b"iTXt", b"a\0\1\0en\0b\0" + ZEROS),
    "international text": chunk(b"iTXt", b"a\0\0\0en\0b\0" + TEXT),
    "profile": chunk(b"iCCP", b"a\0\0" + ZEROS),
}


@pytest.mark.parametrize("kind", LARGE)
def test_large_metadata_is_passed_over(kind):
    for data in (png(LARGE[kind]), png(behind=[LARGE[kind]])):
        np.testing.assert_array_equal(np.asarray(open_rgb(data)), np.asarray(IMAGE))
        assert read_header(io.BytesIO(data)).width == 90


def test_so_are_many_small_ones():
    part = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(MOST // 4)))
    data = png(*[part] * 300)
    kept = without_excess(io.BytesIO(data)).read()
    assert kept.count(b"zTXt") == 4
    np.testing.assert_array_equal(np.asarray(open_rgb(data)), np.asarray(IMAGE))


def test_the_rest_is_as_it_was():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = png(LARGE["packed text"], chunk(b"tEXt", b"title\0cat"), exif=exif.tobytes())
    assert open_rgb(data).size == (70, 90)
    with Image.open(without_excess(io.BytesIO(data))) as image:
        assert image.text == {"title": "cat"}


@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_file_without_excess_is_not_touched(content, end):
    data = png(chunk(b"zTXt", content))[:end] + content
    file = io.BytesIO(data)
    assert without_excess(file) is file
    assert file.read() == data
