import base64
import subprocess
import sys

import cv2
import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from auxiliary.data.catalogue import catalogue
from auxiliary.data.clean import clean_table
from auxiliary.data.processing.convert import Conversion
from auxiliary.data.processing.phash import hash_image, thumbnail_pixels
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.reading.inspect_files import content_hash
from tests.images import encoded


def blobs(seed, size=224):
    """An image that has something to see in it: soft blobs of colour."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), "uint8")
    return Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)


def hash_of(image):
    return hash_image(np.asarray(image)).phash


@pytest.mark.parametrize("size", [32, 224, 299])
def test_the_hash_is_imagehashs_of_the_reduced_image(size):
    for seed in range(50):
        reduced = cv2.resize(np.asarray(blobs(seed, size)), (32, 32), interpolation=cv2.INTER_AREA)
        grey = Image.fromarray(cv2.cvtColor(reduced, cv2.COLOR_RGB2GRAY))
        assert hash_of(blobs(seed, size)) == str(imagehash.phash(grey))


@pytest.mark.parametrize("size", [16, 224, 299])
def test_the_hash_is_nearly_imagehashs_of_the_whole_image(size):
    images = [blobs(seed, size) for seed in range(50)]
    assert max(imagehash.hex_to_hash(hash_of(image)) - imagehash.phash(image) for image in images) <= 4


@pytest.mark.parametrize("colour", ["white", "black", (200, 30, 90), (1, 1, 1)])
def test_plain_images_have_the_same_hash(colour):
    phash = hash_of(Image.new("RGB", (224, 224), colour))
    assert phash in ("8000000000000000", "0000000000000000")
    assert (phash == "0" * 16) == (colour == "black")


def test_the_thumbnail_holds_the_mean_of_each_box():
    pixels = np.asarray(blobs(0), float)
    expected = pixels.reshape(8, 28, 8, 28, 3).mean(axis=(1, 3))
    thumbnail = thumbnail_pixels([hash_image(np.asarray(blobs(0))).thumbnail]).reshape(8, 8, 3)
    assert np.abs(thumbnail - expected).max() <= 1


@given(st.lists(st.binary(min_size=192, max_size=192), max_size=3))
def test_thumbnails_decode_to_their_pixels(contents):
    pixels = thumbnail_pixels(base64.b64encode(content).decode() for content in contents)
    assert pixels.shape == (len(contents), 192)
    assert [row.tobytes() for row in pixels] == contents


def test_a_processed_image_has_the_hash_of_what_was_decoded(tmp_path):
    raw = tmp_path / "raw-img"
    (raw / "cat").mkdir(parents=True)
    blobs(0).save(raw / "cat" / "large.png")
    blobs(0, 64).save(raw / "cat" / "small.png")
    (raw / "cat" / "words.jpg").write_text("words")
    overview = preprocess_images(catalogue(raw), raw, tmp_path / "processed")
    expected = hash_image(np.asarray(blobs(0)))
    assert overview["phash"].tolist() == [expected.phash, "", ""]
    clean = clean_table(overview, raw, tmp_path / "processed")
    assert clean["phash"].tolist() == [expected.phash, ""]
    assert clean["thumbnail"].tolist() == [expected.thumbnail, ""]


def test_an_image_of_an_earlier_run_has_its_hash(tmp_path):
    raw, processed = tmp_path / "raw-img", tmp_path / "processed"
    (raw / "cat").mkdir(parents=True)
    for number in range(3):
        blobs(number).save(raw / "cat" / f"{number}.png")
    first = preprocess_images(catalogue(raw), raw, processed)
    (processed / "cat" / "1.png.jpg").unlink()
    untouched = (processed / "cat" / "0.png.jpg").stat().st_ino
    assert preprocess_images(catalogue(raw), raw, processed)["phash"].tolist() == first["phash"].tolist()
    assert (processed / "cat" / "0.png.jpg").stat().st_ino == untouched
    assert first["phash"].nunique() == 3


def test_small_images_stay_as_they_are_and_load_no_numpy(tmp_path):
    (tmp_path / "cat").mkdir()
    blobs(0, 28).save(tmp_path / "cat" / "a.bmp")
    source = tmp_path / "cat" / "a.bmp"
    conversion = Conversion(str(source), content_hash(source.read_bytes()), "a.png")
    code = ("import os, sys; from pathlib import Path; "
            "from auxiliary.data.processing.convert import Conversion, convert; "
            "from auxiliary.data.processing.owner import ThisProcess; "
            f"outcome, = convert([{conversion!r}], Path({str(tmp_path)!r}), 224, 90, ThisProcess(os.getpid())); "
            "print(outcome.error, outcome.image.phash, outcome.image.width, 'numpy' in sys.modules)")
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found == "  28 False\n"
    assert (tmp_path / "a.png").read_bytes() == encoded(blobs(0, 28))
