"""ICC profiles, also of formats that others than Pillow decode."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from auxiliary.data.reading import matrix_profile
from auxiliary.data.reading.colour_profile import in_srgb
from auxiliary.data.reading.decode import open_rgb, rgb_pixels
from auxiliary.data.reading.jpeg import is_plain, resized
from auxiliary.data.reading.jpeg_segments import embedded_profile, jpeg_head
from auxiliary.data.reading.matrix_profile import matrix_conversion
from tests.images import encoded, soft

WHITE = 0.9642, 1, 0.8249
# Red, green and blue of Adobe RGB (1998), as seen under the light that profiles are about.
ADOBE = (0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + b"".join(struct.pack(">i", round(value * 65536)) for value in (x, y, z))


def profile(red, green, blue, gamma=2.2, name=b"own\0", curve=b""):
    """An ICC profile of version 2: the places of three colours, and a gamma or another curve."""
    curve = curve or b"curv\0\0\0\0\0\0\0\1" + struct.pack(">H", round(gamma * 256)) + b"\0\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + bytes(78)
    tags = {b"desc": description, b"cprt": b"text\0\0\0\0none\0", b"wtpt": xyz(*WHITE), b"rXYZ": xyz(*red),
            b"gXYZ": xyz(*green), b"bXYZ": xyz(*blue), b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for tag, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += tag + struct.pack(">II", start + len(body), len(padded))
        body += padded
    head = (struct.pack(">I", start + len(body)) + b"\0\0\0\0\x02\x20\0\0mntrRGB XYZ " + bytes(12) + b"acsp" + bytes(28)
            + xyz(*WHITE)[8:] + bytes(48))
    return head + struct.pack(">I", len(tags)) + table + body


SWAPPED = profile(*reversed(ADOBE))


def off(pixels, expected):
    return np.abs(np.asarray(pixels, float) - np.asarray(expected, float)).mean()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("icc", [profile(*ADOBE), SWAPPED], ids=["Adobe RGB", "swapped"])
def test_colours_are_those_that_the_profile_means(kind, icc):
    data = encoded(soft(320, 240), kind, icc_profile=icc)
    # The values that the file holds, and what Pillow's own function makes of them.
    stored = Image.open(io.BytesIO(data)).convert("RGB").resize((64, 64), Image.Resampling.BILINEAR)
    expected = ImageCms.profileToProfile(stored, ImageCms.ImageCmsProfile(io.BytesIO(icc)),
                                         ImageCms.createProfile("sRGB"), outputMode="RGB")
    assert off(stored, expected) > 5
    assert off(open_rgb(data, 64), expected) < 2
    assert off(rgb_pixels(data, 64), expected) < 2
    assert open_rgb(data).info == {}


def test_swapped_channels_come_back():
    red = encoded(Image.new("RGB", (80, 80), (250, 20, 20)), "JPEG", icc_profile=SWAPPED)
    assert rgb_pixels(red, 32)[9, 9].argmax() == 2


def test_srgb_is_known_by_its_colours_and_not_by_its_name():
    image = soft(320, 240)
    assert in_srgb(image, SRGB) is image
    assert off(in_srgb(image, profile(*reversed(ADOBE), name=b"sRGB IEC61966-2.1\0")), image) > 20


@pytest.mark.parametrize("icc", [b"profile", SWAPPED[:200], SWAPPED[:-100].replace(b"rXYZ", b"none"),
                                 ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(), bytes(2**23)],
                         ids=["words", "cut", "without a tag", "of another kind", "huge"])
def test_a_profile_of_no_use_is_ignored(icc, capfd):
    image = soft(320, 240)
    assert in_srgb(image, icc) is image
    np.testing.assert_array_equal(rgb_pixels(encoded(image, "JPEG", icc_profile=icc), 64),
                                  rgb_pixels(encoded(image, "JPEG"), 64))
    assert capfd.readouterr().err == ""


def test_a_jpeg_with_a_profile_stays_on_the_fast_path():
    for icc in (SRGB, SWAPPED):
        data = encoded(soft(320, 240), "JPEG", icc_profile=icc)
        assert is_plain(data, jpeg_head(data))
        np.testing.assert_array_equal(rgb_pixels(data, 64), np.asarray(open_rgb(data, 64)))


@pytest.mark.parametrize("icc", [SRGB, SWAPPED, SWAPPED + bytes(150_000), b""], ids=["sRGB", "own", "in parts", "none"])
def test_the_embedded_profile_is_the_one_that_pillow_finds(icc):
    data = encoded(soft(320, 240), "JPEG", icc_profile=icc, comment=b"text")
    assert embedded_profile(jpeg_head(data)) == (Image.open(io.BytesIO(data)).info.get("icc_profile") or b"")
    assert embedded_profile(jpeg_head(data[:100])) == b""


def test_the_head_of_a_jpeg_ends_before_its_first_scan():
    data = encoded(soft(320, 240), "JPEG", comment=b"a thumbnail's \xff\xda")
    head = jpeg_head(data)
    assert data[len(head):].startswith(b"\xff\xda")
    assert b"thumbnail" in head and len(head) < 1000
    for rubbish in (data[:len(head)], b"", b"\xff", b"\xff\xd8" + 9 * b"\xff", data[:2] + b"\0" + data[2:]):
        assert jpeg_head(rubbish) == rubbish


def test_grey_images_with_a_profile_of_colours():
    data = encoded(soft(320, 240).convert("L"), "JPEG", icc_profile=SWAPPED)
    np.testing.assert_array_equal(rgb_pixels(data, 64), np.asarray(open_rgb(data, 64)))


def test_cmyk_without_a_profile_is_as_pillow_has_it():
    image = soft(320, 240).convert("CMYK")
    assert in_srgb(image, SRGB) is image
    assert off(open_rgb(encoded(image, "TIFF")), image.convert("RGB")) == 0

def parametric(number, *values):
    """A curve by formula, as ICC.1:2010 numbers them."""
    return struct.pack(f">4s4xHH{len(values)}i", b"para", number, 0, *(round(value * 65536) for value in values))


def table(*values):
    """A curve by a table, of 0 to 1."""
    return b"curv\0\0\0\0" + struct.pack(f">I{len(values)}H", len(values), *(round(65535 * value) for value in values))


SRGB_FORMULA = 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045


@pytest.mark.parametrize("curve", [
    table(), table(*np.linspace(0, 1, 100)**1.8), parametric(0, 1.8), parametric(1, 2, 1.1, -0.1),
    parametric(2, 2, 1.1, -0.1, 0), parametric(3, *SRGB_FORMULA), parametric(4, *SRGB_FORMULA, 0, 0),
], ids=["none", "table", "formula 0", "formula 1", "formula 2", "formula 3", "formula 4"])
def test_curves_and_matrix_are_as_littlecms_has_them(curve):
    icc = profile(*ADOBE, curve=curve)
    pixels = np.random.default_rng(0).integers(0, 256, (90, 300, 3), "uint8")
    expected = ImageCms.profileToProfile(Image.fromarray(pixels), ImageCms.ImageCmsProfile(io.BytesIO(icc)),
                                         ImageCms.createProfile("sRGB"))
    for found in (matrix_conversion(icc)(pixels), in_srgb(Image.fromarray(pixels), icc)):
        assert np.abs(np.asarray(found, int) - np.asarray(expected)).max() <= 1


@pytest.mark.parametrize("icc", [
    SWAPPED.replace(b"cprt", b"A2B0", 1), SWAPPED[:300], SWAPPED.replace(b"curv", b"none"), b"profile",
    profile(*ADOBE, curve=parametric(9, 1)), profile(*ADOBE, curve=parametric(1, 1, 0, 1)),
    SRGB.replace(b"RGB ", b"GRAY"),
], ids=["tables", "cut", "no curve", "words", "unknown formula", "formula of nothing", "grey"])
def test_other_profiles_are_left_to_littlecms(icc):
    assert matrix_conversion(icc) is None


def test_where_curves_and_matrix_go_wrong_littlecms_converts(monkeypatch):
    monkeypatch.setattr(matrix_profile, "matrix_conversion", lambda _: lambda pixels: 255 - pixels)
    icc = profile(*ADOBE, gamma=2.25)
    expected = ImageCms.profileToProfile(soft(320, 240), ImageCms.ImageCmsProfile(io.BytesIO(icc)),
                                         ImageCms.createProfile("sRGB"))
    assert off(in_srgb(soft(320, 240), icc), expected) < 1


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "CMYK"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_resized_image_is_the_whole_one_resized(kind, mode):
    """What users of an export do: they give it whole images, in the colours that are meant."""
    if mode in {"JPEG": ("RGBA",), "PNG": ("CMYK",), "WEBP": ("CMYK", "L")}.get(kind, ()):
        pytest.skip("there are no such files")
    image = soft(300, 200).convert(mode)
    if mode == "RGBA":
        image.putalpha(soft(300, 200).convert("L"))
    data = encoded(image, kind, **({} if mode == "CMYK" else {"icc_profile": profile(*ADOBE)}))
    expected = resized(np.asarray(open_rgb(data)), 64)
    assert np.abs(rgb_pixels(data, 64).astype(int) - expected).max() <= 1
