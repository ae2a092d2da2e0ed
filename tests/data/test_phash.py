import io
import subprocess
import sys

import cv2
import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.data.catalogue import catalogue
from auxiliary.data.phash import Look, look_in, look_of, read_look
from auxiliary.data.preprocess import preprocess_images

LOOK = Look("0123456789abcdef", bytes(range(192)))


def blobs(seed, size=224):
    """An image that has something to see in it: soft blobs of colour."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), "uint8")
    return Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC)


def hash_of(image):
    return look_of(np.asarray(image)).phash


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
    thumbnail = np.frombuffer(look_of(np.asarray(blobs(0))).thumbnail, "uint8").reshape(8, 8, 3)
    assert np.abs(thumbnail - expected).max() <= 1


@given(st.integers(0, 2**64 - 1), st.binary(min_size=192, max_size=192))
def test_a_look_comes_back_from_its_comment(number, thumbnail):
    look = Look(f"{number:016x}", thumbnail)
    assert look_in(look.comment) == look
    assert look.comment.isascii()


@pytest.mark.parametrize("comment", [
    b"", b"CREATOR: gd-jpeg v1.0", b"\xff\x00", LOOK.comment + b"\n", b" " + LOOK.comment, LOOK.comment[:-1],
    LOOK.comment.replace(b"look 2", b"look 1"), LOOK.comment.replace(b"abcdef", b"ABCDEF"),
    LOOK.comment.replace(b"abcdef", b"abcdeg"), LOOK.comment[:-4] + b"AA==",
])
def test_a_foreign_comment_is_no_look(comment):
    assert look_in(comment) is None


@given(st.binary())
def test_no_comment_is_too_odd(comment):
    assert look_in(comment) is None


def test_a_look_is_read_from_the_file(tmp_path):
    blobs(0).save(tmp_path / "a.jpg", comment=LOOK.comment)
    blobs(0).save(tmp_path / "b.jpg")
    assert read_look(tmp_path / "a.jpg") == LOOK
    assert read_look(tmp_path / "b.jpg") is None
    (tmp_path / "c.jpg").write_text("words")
    with pytest.raises(ImageError):
        read_look(tmp_path / "c.jpg")


def test_only_a_jpeg_file_holds_a_look(tmp_path):
    blobs(0, 80).convert("L").save(tmp_path / "a.gif", comment=LOOK.comment)
    blobs(0, 80).save(tmp_path / "b.jp2", comment=LOOK.comment)
    assert read_look(tmp_path / "a.gif") is None
    assert read_look(tmp_path / "b.jp2") is None


def test_normalise_hashes_what_it_decodes(tmp_path):
    raw = tmp_path / "raw-img"
    (raw / "cat").mkdir(parents=True)
    blobs(0).save(raw / "cat" / "large.png")
    blobs(0, 64).save(raw / "cat" / "small.png")
    # A raw file may come with a look, which need not be its own.
    blobs(0).save(raw / "cat" / "with_look.jpg", comment=LOOK.comment)
    blobs(0, 60).save(raw / "cat" / "with_look_small.jpg", comment=LOOK.comment)
    (raw / "cat" / "words.jpg").write_text("words")
    found = catalogue(raw)
    assert found["phash"].tolist() == ["", "", LOOK.phash, LOOK.phash, ""]
    overview = preprocess_images(found, raw, tmp_path / "processed")
    phash = hash_of(blobs(0))
    assert overview["phash"].tolist()[:2] + overview["phash"].tolist()[3:] == [phash, "", "", ""]
    assert overview["phash"][2] != LOOK.phash
    again = catalogue(tmp_path / "processed")
    assert again["phash"].tolist() == overview.loc[overview["error"] == "", "phash"].tolist()


def test_what_an_earlier_run_finished_has_its_hash(tmp_path):
    raw, processed = tmp_path / "raw-img", tmp_path / "processed"
    (raw / "cat").mkdir(parents=True)
    for number in range(3):
        blobs(number).save(raw / "cat" / f"{number}.png")
    first = preprocess_images(catalogue(raw), raw, processed)
    (processed / "cat" / "1.png.jpg").unlink()
    kept = (processed / "cat" / "0.png.jpg").stat().st_ino
    assert preprocess_images(catalogue(raw), raw, processed)["phash"].tolist() == first["phash"].tolist()
    assert (processed / "cat" / "0.png.jpg").stat().st_ino == kept
    assert first["phash"].nunique() == 3


def test_small_images_stay_as_they_are_and_load_no_numpy(tmp_path):
    (tmp_path / "cat").mkdir()
    blobs(0, 28).save(tmp_path / "cat" / "a.bmp")
    code = ("import os, sys; from pathlib import Path; from auxiliary.data.convert import Job, convert; "
            f"folder = Path({str(tmp_path)!r}); "
            "print(convert([Job(f'{folder}/cat/a.bmp', f'{folder}/a.png', '0' * 32)], 224, 90, os.getpid()), "
            "'numpy' in sys.modules)")
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found.strip() == "[Outcome(error='', phash='')] False"
    expected = io.BytesIO()
    blobs(0, 28).save(expected, "PNG")
    assert (tmp_path / "a.png").read_bytes() == expected.getvalue()
