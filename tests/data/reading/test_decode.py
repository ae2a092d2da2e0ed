import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from auxiliary.core.errors import ImageError
from auxiliary.core.paths import REPOSITORY
from auxiliary.data.reading.decode import open_rgb, rgb_pixels
from auxiliary.data.reading.header import read_header
from auxiliary.data.reading.jpeg import is_plain
from auxiliary.data.reading.jpeg_segments import jpeg_head
from tests.images import encoded

ANIMALS = Path(__file__).resolve().parents[2] / "../shared/data/animals10-raw-img.zip"
RED, BLUE = (255, 0, 0), (0, 0, 255)


def first_pixel(source, size=None):
    return open_rgb(source, size).getpixel((0, 0))


def noise(width, height, seed=0):
    """Blurred noise: detail at every scale, as photographs have."""
    rng = np.random.default_rng(seed)
    layers = [Image.fromarray(rng.integers(0, 256, (height // n, width // n, 3), "uint8")).resize((width, height))
              for n in (4, 16, 64)]
    return Image.fromarray(np.mean(layers, axis=0).astype("uint8"))


def huge_png(width, height):
    """A valid header that promises more pixels than the file holds."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
            + struct.pack(">I", 9) + b"IDAT")


@pytest.mark.parametrize(("mode", "colour", "expected"), [
    ("RGB", RED, RED),
    ("L", 100, (100, 100, 100)),
    ("1", 1, (255, 255, 255)),
    ("P", 0, (0, 0, 0)),
    ("I;16", 65535, (255, 255, 255)),
    ("I;16", 25700, (100, 100, 100)),
    # Empty transparency is none.
    ("RGBA", (*RED, 0), RED),
    ("RGBA", (*RED, 255), RED),
    ("RGBA", (0, 0, 0, 51), (204, 204, 204)),
    ("LA", (0, 51), (204, 204, 204)),
])
@pytest.mark.parametrize("size", [None, 2])
def test_every_mode_becomes_rgb(mode, colour, expected, size):
    image = open_rgb(encoded(Image.new(mode, (4, 4), colour)), size)
    assert (image.mode, image.size) == ("RGB", (size or 4,) * 2)
    assert image.getpixel((0, 0)) == expected


@pytest.mark.parametrize(("mode", "values", "expected"), [
    ("F", [0, 0.5, 1], [0, 128, 255]),
    ("F", [0, 100, 255], [0, 100, 255]),
    ("F", [-1, 0, 3], [0, 64, 255]),
    ("F", [7, 7, 7], [7, 7, 7]),
    ("I", [0, 25700, 65535], [0, 100, 255]),
    ("I", [0, 100, 255], [0, 100, 255]),
    ("I", [100_000, 100_000, 100_000], [0, 0, 0]),
])
def test_deep_values_are_scaled_not_clipped(mode, values, expected):
    array = np.array([values], "float32" if mode == "F" else "int32")
    image = open_rgb(encoded(Image.fromarray(array), "TIFF"))
    assert [image.getpixel((x, 0))[0] for x in range(3)] == expected


def test_values_that_are_no_numbers_are_refused():
    with pytest.raises(ImageError, match="not numbers"):
        open_rgb(encoded(Image.fromarray(np.full((2, 2), np.nan, "float32")), "TIFF"))


def test_transparent_palettes_and_colours_turn_white():
    palette = Image.new("P", (4, 4), 1)
    palette.putpalette([*RED, *BLUE])
    assert first_pixel(encoded(palette)) == BLUE
    palette.putpixel((3, 3), 0)
    assert first_pixel(encoded(palette, transparency=1)) == (255, 255, 255)
    assert first_pixel(encoded(palette, transparency=b"\xff\x00")) == (255, 255, 255)
    image = Image.new("RGB", (4, 4), RED)
    image.putpixel((3, 3), BLUE)
    assert first_pixel(encoded(image, transparency=RED)) == (255, 255, 255)


def test_half_transparent_edges_do_not_bleed():
    """Hidden colour behind full transparency must not tint what it is resized with."""
    image = Image.new("RGBA", (8, 8), (0, 255, 0, 0))
    image.paste((*RED, 255), (0, 0, 4, 8))
    resized = np.asarray(open_rgb(encoded(image), 2))
    assert (resized[..., 1] == resized[..., 2]).all()


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_has_its_colours(kind):
    """In JPEG files Adobe and Pillow store CMYK inverted, in TIFF files they do not."""
    data = encoded(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), kind)
    assert kind == "TIFF" or b"Adobe" in data
    assert np.allclose(first_pixel(data), RED, atol=3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("size", [None, 8])
def test_exif_orientation_is_applied_once(orientation, kind, size):
    """EXIF numbers say where the stored image's first row and column belong."""
    stored = Image.new("RGB", (32, 16), "white")
    stored.paste("black", (0, 0, 16, 8))
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = open_rgb(encoded(stored, kind, exif=exif.tobytes()), size)
    assert size or upright.size == ((32, 16) if orientation < 5 else (16, 32))
    corners = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}
    x, y = corners[orientation]
    corner = (x * (upright.width - 1), y * (upright.height - 1))
    assert max(upright.getpixel(corner)) < 60
    assert min(upright.getpixel((upright.width - 1 - corner[0], upright.height - 1 - corner[1]))) > 195


def test_damaged_exif_does_not_spoil_an_image():
    data = encoded(Image.new("RGB", (4, 4), RED), "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\xffrubbish")
    assert first_pixel(data) == RED


def test_metadata_is_removed():
    image = open_rgb(encoded(Image.new("RGB", (4, 4)), "JPEG", icc_profile=b"profile", comment=b"text", dpi=(1, 1)))
    assert image.info == {}


def test_first_frame_of_an_animation():
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, BLUE)]
    assert first_pixel(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])) == RED


def difference(data, resample=None):
    """How far a resized image is from Pillow's plain resize, of 255; with Pillow's own filter, or another."""
    expected = Image.open(io.BytesIO(data)).convert("RGB").resize((224, 224), resample)
    return np.abs(np.asarray(open_rgb(data, 224), float) - np.asarray(expected, float)).mean()


@pytest.mark.parametrize("width", [500, 1000, 1999, 3600])
def test_decoding_at_a_reduced_scale_does_not_show(width):
    data = encoded(noise(width, width * 3 // 4), "JPEG", quality=90)
    assert difference(data) < 3


@pytest.mark.skipif(not ANIMALS.exists(), reason="the original Animals-10 images are not there")
def test_real_photographs_are_close_to_pillows_plain_resize():
    with zipfile.ZipFile(ANIMALS) as archive:
        names = [name for name in random.Random(0).sample(archive.namelist(), 40) if name.endswith((".jpg", ".jpeg"))]
        photographs = [archive.read(name) for name in names]
    assert max(difference(data, Image.Resampling.BILINEAR) for data in photographs) < 3
    assert np.mean([difference(data) for data in photographs]) < 3


def turned(data, way):
    """A JPEG file whose XMP demands that it be turned."""
    packet = f'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="{way}"/>'.encode()
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(packet) + 2) + packet + data[2:]


JPEG = encoded(noise(320, 240), "JPEG")
PNG = encoded(noise(320, 240))
CMYK = encoded(noise(320, 240).convert("CMYK"), "JPEG")


def resized_head(data, width, height):
    """A JPEG file that promises more pixels than it holds."""
    return data.replace(struct.pack(">HH", 240, 320), struct.pack(">HH", height, width), 1)


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty file"),
    (b"not an image at all", "not an image"),
    (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript: cannot be read"),
    (JPEG[:20], "not an image"),
    (JPEG[:-2000], "truncated"),
    (PNG[:-2000], "truncated"),
    (huge_png(10_000, 10_000), "absurdly large: 100 megapixels, and 89 are the most, or 200 as JPEG"),
    (huge_png(60_000, 60_000), "absurdly large: 3,600 megapixels"),
    (resized_head(JPEG, 15_000, 15_000), "absurdly large: 225 megapixels, and 200 are the most: make it smaller"),
    (resized_head(CMYK, 10_000, 9_000), "absurdly large: 90 megapixels, and 89 are the most: make it smaller"),
])
@pytest.mark.parametrize("size", [None, 64])
def test_the_reason_is_one_short_line(data, reason, size):
    with pytest.raises(ImageError) as caught:
        open_rgb(data, size)
    assert str(caught.value).startswith(reason)
    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 120


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "PPM", "JPEG2000"])
def test_an_image_cut_anywhere_is_refused_or_shown(kind):
    """Whatever a plug-in raises, only ImageError comes out; and no warning, which would fail the test."""
    data = encoded(noise(64, 64), kind)
    outcomes = set()
    for end in range(0, len(data), max(1, len(data) // 60)):
        try:
            outcomes.add(open_rgb(data[:end], 32).mode)
        except ImageError:
            outcomes.add("refused")
    assert "refused" in outcomes


@pytest.mark.parametrize(("data", "plain"), [
    (JPEG, True),
    (encoded(noise(1600, 1200), "JPEG"), True),
    (encoded(noise(320, 240).convert("L"), "JPEG"), True),
    (encoded(noise(320, 240).convert("CMYK"), "JPEG"), False),
    (encoded(noise(320, 240), "JPEG", exif=Image.Exif()), False),
    (turned(JPEG, 6), False),
    (PNG, False),
])
def test_without_pillow_the_same_pixels_come_out(data, plain):
    assert is_plain(data, jpeg_head(data)) == plain
    np.testing.assert_array_equal(rgb_pixels(data, 64), np.asarray(open_rgb(data, 64)))


def test_xmp_turns_an_image():
    np.testing.assert_array_equal(rgb_pixels(turned(JPEG, 3), 64), rgb_pixels(JPEG, 64)[::-1, ::-1])


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty file"),
    (JPEG[:2], "not an image"),
    (JPEG[:-2000], "truncated"),
    (resized_head(JPEG, 60_000, 60_000), "absurdly large"),
])
def test_without_pillow_the_same_is_wrong(data, reason):
    with pytest.raises(ImageError, match=reason):
        rgb_pixels(data, 64)


def test_a_jpeg_above_pillows_limit_is_decoded_at_a_reduced_size(monkeypatch):
    """Here the limit is lowered; `tests/fuzz/test_bombs.py` decodes one of 200 megapixels."""
    before, two = open_rgb(JPEG, 64), encoded(noise(320, 240), "MPO", save_all=True)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 320 * 240 - 1)
    np.testing.assert_array_equal(open_rgb(JPEG, 64), before)
    np.testing.assert_array_equal(rgb_pixels(JPEG, 64), before)
    assert open_rgb(JPEG).size == (160, 120)
    assert read_header(io.BytesIO(JPEG)).width == 320
    assert open_rgb(two, 64).size == (64, 64)
    with pytest.raises(ImageError, match="absurdly large"):
        open_rgb(PNG, 64)


def test_unreadable_files_are_named_by_the_systems_reason(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    for path, reason in ((tmp_path, "Is a directory"), (tmp_path / "none", "No such file"), (tmp_path / "loop", "Too")):
        with pytest.raises(ImageError, match=f"cannot be read: {reason}"):
            open_rgb(path)


def test_pillows_settings_stay_as_they_are():
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    with pytest.raises(ImageError):
        open_rgb(JPEG[:-2000])
    after = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    assert after == before


def test_libraries_print_nothing_of_their_own(tmp_path):
    """Neither warnings of Pillow, nor what it logs, nor what libtiff prints."""
    three, nine = (struct.pack("<HHIH", 277, 3, 1, channels) for channels in (3, 9))
    many = encoded(noise(32, 32), "TIFF").replace(three, nine)
    lzw = bytearray(encoded(noise(320, 240), "TIFF", compression="tiff_lzw"))
    lzw[5000:9000] = bytes(4000)
    palette = Image.new("P", (80, 80), 1)
    palette.putpalette([*RED, *BLUE])
    files = [many, bytes(lzw), huge_png(10_000, 10_000), encoded(palette, transparency=b"\xff\x00"), JPEG[:-2000],
             encoded(noise(64, 64), "TIFF", compression="jpeg")[:-500]]
    for number, data in enumerate(files):
        (tmp_path / str(number)).write_bytes(data)
    code = ("import sys\nfrom auxiliary.core.errors import ImageError\n"
            "from auxiliary.data.reading.decode import open_rgb\n"
            "for path in sys.argv[1:]:\n    try: open_rgb(path, 64)\n    except ImageError as error: print(error)\n"
            "print('still heard', file=sys.stderr)")
    done = subprocess.run([sys.executable, "-W", "always", "-c", code, *sorted(tmp_path.iterdir())], cwd=REPOSITORY,
                          capture_output=True, text=True, check=True)
    assert done.stderr == "still heard\n"
    assert len(done.stdout.splitlines()) > 2


def test_header_is_as_stored():
    exif = Image.Exif()
    exif[0x0112] = 6
    header = read_header(io.BytesIO(encoded(Image.new("CMYK", (20, 10)), "JPEG", exif=exif.tobytes())))
    assert (header.format, header.width, header.height, header.mode, header.channels) == ("jpeg", 20, 10, "CMYK", 4)
