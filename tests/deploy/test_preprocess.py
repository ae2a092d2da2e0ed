import os

import numpy as np
import pytest
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.data.processing.convert import Conversion, convert
from auxiliary.data.processing.owner import ThisProcess
from auxiliary.data.reading.decode import rgb_pixels
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.data.reading.jpeg import processed_pixels
from auxiliary.deploy.preprocess import image_bytes, network_pixels
from tests.images import encoded, soft


@pytest.fixture
def prepared(tmp_path):
    """Preprocesses an image file as notebook 01 does, and returns the pixels that training gets from the result."""
    def prepare(data: bytes, suffix: str, size: int) -> np.ndarray:
        (tmp_path / "raw").write_bytes(data)
        conversion = Conversion(str(tmp_path / "raw"), content_hash(data), f"raw{suffix}")
        assert convert([conversion], tmp_path, 224, 90, ThisProcess(os.getpid()))[0].error == ""
        return processed_pixels((tmp_path / f"raw{suffix}").read_bytes(), size)

    return prepare


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP"])
@pytest.mark.parametrize(("width", "height"), [(28, 28), (64, 64), (20, 61)])
@pytest.mark.parametrize("size", [16, 28, 96])
def test_the_pixels_of_a_small_image_are_those_of_training(prepared, kind, width, height, size):
    data = encoded(soft(width, height), kind)
    np.testing.assert_array_equal(network_pixels(data, size), prepared(data, ".png", size))


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16"])
def test_also_in_other_modes(prepared, mode):
    # Pillow converts to 16 bits from 8 bits only.
    data = encoded(soft(28, 28).convert("L").convert(mode) if mode == "I;16" else soft(28, 28).convert(mode), "PNG")
    np.testing.assert_array_equal(network_pixels(data, 28), prepared(data, ".png", 28))


@pytest.mark.parametrize(("width", "height"), [(300, 300), (300, 40), (1200, 900)])
def test_a_photograph_is_decoded_as_in_notebook_01(prepared, width, height):
    data = encoded(soft(width, height), "JPEG", quality=95)
    np.testing.assert_array_equal(network_pixels(data, 224), rgb_pixels(data, 224))
    # Training images have been compressed as JPEG once more.
    apart = np.abs(network_pixels(data, 224).astype(int) - prepared(data, ".jpg", 224))
    assert apart.mean() < 1.5


def test_exif_rotation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded(soft(300, 200), "JPEG", quality=95, exif=exif)
    upright = np.rot90(network_pixels(encoded(soft(300, 200), "JPEG", quality=95), 100), -1)
    assert np.abs(network_pixels(turned, 100).astype(int) - upright).mean() < 2


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty file"), (b"some words", "not an image"), (b"%PDF-1.7 and more", "PDF: cannot be read.*"),
    (encoded(soft(300, 300), "JPEG")[:-2000], "truncated"), (encoded(soft(28, 28), "PNG")[:-500], "truncated")])
def test_a_file_that_is_not_an_image_is_refused_with_the_reason(data, reason, tmp_path):
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(ImageError, match=f"^{reason}$"):
        network_pixels(data, 32)
    with pytest.raises(ImageError, match=f"^{reason}$"):
        network_pixels(image_bytes(tmp_path / "file"), 32)


def test_a_file_has_the_pixels_of_its_bytes(tmp_path):
    data = encoded(soft(300, 200), "JPEG")
    (tmp_path / "a.jpg").write_bytes(data)
    np.testing.assert_array_equal(network_pixels(image_bytes(tmp_path / "a.jpg"), 32), network_pixels(data, 32))


@pytest.mark.parametrize("size", [(28, 28), (300, 200)])
def test_an_image_of_one_flat_colour_is_refused(size):
    with pytest.raises(ImageError, match=r"^one flat colour$"):
        network_pixels(encoded(Image.new("RGB", size, "red"), "PNG"), 32)


def test_a_huge_file_of_another_kind_is_not_read_completely(tmp_path):
    with (tmp_path / "film.mp4").open("wb") as file:
        file.truncate(2**36)    # a sparse file: 64 GiB on no disk and in no memory
    with pytest.raises(ImageError, match=r"^not an image$"):
        network_pixels(image_bytes(tmp_path / "film.mp4"), 32)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ImageError, match=r"^not a regular file$"):
        network_pixels(image_bytes(tmp_path / "pipe"), 32)


def test_a_missing_file(tmp_path):
    with pytest.raises(ImageError, match=r"^cannot be read: No such file or directory$"):
        network_pixels(image_bytes(tmp_path / "gone.jpg"), 32)
