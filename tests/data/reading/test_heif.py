"""HEIC, which phones write: read like any other format, and turned once."""

import io
import subprocess
import sys

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.core.paths import REPOSITORY
from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.reading.decode import open_rgb, rgb_pixels
from auxiliary.data.reading.header import read_header


def heic(image, orientation=1):
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    pillow_heif.from_pillow(image).save(buffer, format="HEIF", exif=exif.tobytes(), quality=95)
    return buffer.getvalue()


def marked(size=(96, 64)):
    """White, with a black quarter at the top left."""
    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, size[0] // 2, size[1] // 2))
    return image


@pytest.fixture(scope="module")
def data():
    return heic(marked())


def test_the_header_is_that_of_the_image(data):
    header = read_header(io.BytesIO(data))
    assert (header.format, header.width, header.height, header.mode, header.channels) == ("heif", 96, 64, "RGB", 3)


@pytest.mark.parametrize("size", [None, 32])
def test_pixels_are_those_that_were_saved(data, size):
    expected = marked().resize((size, size)) if size else marked()
    assert np.abs(np.asarray(open_rgb(data, size), float) - np.asarray(expected, float)).mean() < 3
    if size:
        np.testing.assert_array_equal(rgb_pixels(data, size), open_rgb(data, size))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_once(orientation):
    """As EXIF numbers say where the first row and column belong."""
    upright = open_rgb(heic(marked(), orientation))
    assert upright.size == ((96, 64) if orientation < 5 else (64, 96))
    x, y = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    dark = [max(upright.getpixel((column * (upright.width - 1), row * (upright.height - 1)))) < 60
            for row in (0, 1) for column in (0, 1)]
    assert dark == [(column, row) == (x, y) for row in (0, 1) for column in (0, 1)]


def test_transparency_becomes_white():
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    image.paste((255, 0, 0, 255), (32, 0, 64, 64))
    assert min(open_rgb(heic(image)).getpixel((5, 5))) > 250


def test_metadata_is_removed(data):
    assert open_rgb(data).info == {}


def test_one_cut_anywhere_is_refused_or_shown(data):
    for end in range(1, len(data), max(1, len(data) // 30)):
        try:
            open_rgb(data[:end], 32)
        except ImageError as error:
            assert len(str(error)) < 120
    with pytest.raises(ImageError, match="damaged"):
        open_rgb(data[:len(data) // 2])


def test_a_phones_folder_becomes_a_data_set(tmp_path, data):
    """Apps also write JPEG files that are called HEIC."""
    folder = tmp_path / "raw" / "desk"
    folder.mkdir(parents=True)
    (folder / "IMG_1.HEIC").write_bytes(data)
    marked((100, 80)).save(folder / "IMG_2.HEIC", "JPEG")
    (folder / "IMG_3.jpg").write_bytes(heic(marked().resize((90, 70))))
    df = preprocess_images(catalogue(tmp_path / "raw"), tmp_path / "raw", tmp_path / "processed", size=32)
    assert df["error"].tolist() == ["", "", ""]
    assert df["format"].tolist() == ["heic", "heic", "jpg"]
    assert sorted(path.name for path in (tmp_path / "processed" / "desk").iterdir()) == [
        "IMG_1.HEIC.jpg", "IMG_2.HEIC.jpg", "IMG_3.jpg.jpg"]


def test_its_library_is_loaded_for_heif_alone(tmp_path, data):
    (tmp_path / "a.heic").write_bytes(data)
    marked().save(tmp_path / "a.png")
    marked().save(tmp_path / "a.avif")
    code = ("import sys\nfrom auxiliary.data.reading.inspect_files import inspect_files\n"
            "for path in sys.argv[1:]: print(inspect_files([path])[0].format, 'pillow_heif' in sys.modules)")
    names = [tmp_path / name for name in ("a.png", "a.avif", "a.heic")]
    done = subprocess.run([sys.executable, "-c", code, *names], capture_output=True, text=True, check=True,
                          cwd=REPOSITORY)
    assert done.stdout.splitlines() == ["png False", "avif False", "heif True"]
