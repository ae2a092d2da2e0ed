import io

import pytest
from PIL import Image, TiffImagePlugin

from auxiliary.data.reading.tiff_pages import is_stack

PAGES = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue", "green")]
SUB_FILES = 330


def encoded(kind="TIFF", **options):
    buffer = io.BytesIO()
    PAGES[0].save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(("options", "expected"), [
    ({}, False),
    ({"compression": "tiff_lzw"}, False),
    ({"save_all": True, "append_images": PAGES[1:]}, True),
    ({"big_tiff": True, "save_all": True, "append_images": PAGES[1:]}, True),
    ({"tiffinfo": {254: 1}}, True),
    ({"tiffinfo": {254: 0}}, False),
])
def test_a_stack_is_told(options, expected):
    assert is_stack(encoded(**options)) == expected


def test_so_are_further_pictures_below_the_first():
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[SUB_FILES] = 8
    tags.tagtype[SUB_FILES] = TiffImagePlugin.TiffTags.LONG
    assert is_stack(encoded(tiffinfo=tags))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "MPO", "AVIF"])
def test_animations_and_photographs_of_two_lenses_are_none(kind):
    assert not is_stack(encoded(kind, save_all=True, append_images=PAGES[1:]))
