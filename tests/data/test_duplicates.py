import base64
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps

from auxiliary.data.catalogue import catalogue
from auxiliary.data.clean import clean_table
from auxiliary.data.duplicates import add_duplicate_groups, close_pairs, has_duplicate_in
from auxiliary.data.processing.preprocess import preprocess_images

HASH = "f0f0f0f0f0f0f0f0"


def found(hashes, bits=6):
    return sorted(tuple(sorted(pair)) for pairs in close_pairs(np.array(hashes, "uint64"), bits)
                  for pair in zip(*(places.tolist() for places in pairs), strict=True))


def all_pairs(hashes, bits=6):
    """The same the slow way."""
    return [(one, other) for one, other in combinations(range(len(hashes)), 2)
            if (hashes[one] ^ hashes[other]).bit_count() <= bits]


hashes = st.integers(0, 2**64 - 1)
flips = st.lists(st.integers(0, 63), max_size=8)


@settings(max_examples=200)
@given(st.lists(st.tuples(hashes, st.lists(flips, max_size=6)), max_size=8), st.integers(0, 9))
def test_close_pairs_are_those_of_comparing_every_two(families, bits):
    close = [seed ^ sum(1 << flip for flip in set(child)) for seed, children in families for child in [[], *children]]
    assert found(close, bits) == all_pairs(close, bits)


def test_every_place_of_the_bits_counts():
    for differing in combinations(range(0, 64, 7), 6):
        assert found([0, sum(1 << bit for bit in differing)]) == [(0, 1)]
    assert found([0, 0b1111111]) == []
    assert found([0, 2**64 - 1]) == []


def photograph(seed, size=(400, 300)):
    """What photographs are to a hash: shapes of several sizes, and grain."""
    rng = np.random.default_rng(seed)
    layers = [Image.fromarray(rng.integers(0, 256, (side, side, 3), "uint8")).resize(size, Image.Resampling.BICUBIC)
              for side in (4, 9, 60)]
    return Image.blend(Image.blend(layers[0], layers[1], 0.4), layers[2], 0.1)


def groups(folder, images):
    """The groups of images, by name; {name: image, or image and the quality to save it with}."""
    for name, image in images.items():
        image, quality = image if isinstance(image, tuple) else (image, 95)
        (folder / "raw-img" / name).parent.mkdir(parents=True, exist_ok=True)
        image.save(folder / "raw-img" / name, quality=quality)
    raw, processed = folder / "raw-img", folder / "processed"
    overview = preprocess_images(catalogue(raw), raw, processed)
    clean = add_duplicate_groups(clean_table(overview, raw, processed))
    names = [Path(file).relative_to(processed).as_posix() for file in clean["filepath"]]
    return {name.rsplit(".", 1)[0]: group for name, group in zip(names, clean["group"], strict=True)}


def test_copies_of_a_photograph_are_duplicates(tmp_path):
    original = photograph(0)
    found = groups(tmp_path, {
        "a/original.jpg": original,
        "a/recompressed.jpg": (original, 30),
        "a/smaller.jpg": original.resize((200, 150)),
        "a/brighter.jpg": ImageEnhance.Brightness(original).enhance(1.05),
        "b/same_in_another_class.png": original,
    })
    assert set(found.values()) == {0}


def test_a_photograph_cropped_by_a_percent_a_side_is_a_duplicate(tmp_path):
    found = groups(tmp_path, {f"{number}/{name}.png": image for number in range(5) for name, image in {
        "cropped": photograph(number).crop((4, 3, 396, 297)), "original": photograph(number)}.items()})
    assert list(found.values()) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_other_images_are_no_duplicates(tmp_path):
    original = photograph(0)
    found = groups(tmp_path, {
        "a/original.jpg": original,
        "a/mirrored.jpg": ImageOps.mirror(original),
        "a/upside_down.jpg": ImageOps.flip(original),
        "a/other.jpg": photograph(1),
        "a/recoloured.jpg": Image.merge("RGB", [ImageOps.grayscale(original)] * 3),
    })
    assert sorted(found.values()) == list(range(5))


def test_small_images_are_duplicates_only_when_identical(tmp_path):
    small = photograph(0).resize((28, 28))
    nearly = small.copy()
    nearly.putpixel((0, 0), (0, 0, 0))
    found = groups(tmp_path, {"a/0.png": small, "a/1.png": nearly, "b/2.bmp": small})
    assert found == {"a/0.png": 0, "a/1.png": 1, "b/2.bmp": 0}


def table(*images):
    """A table of images: (phash, value of all pixels of the thumbnail, content_hash)."""
    rows = [{"content_hash": content, "phash": phash,
             "thumbnail": "" if value is None else base64.b64encode(bytes([value] * 192)).decode()}
            for phash, value, content in images]
    return pd.DataFrame(rows, index=range(100, 100 + len(rows)))


def close_to(phash, bits):
    return f"{int(phash, 16) ^ ((1 << bits) - 1):016x}"


@pytest.mark.parametrize(("bits", "thumbnail", "duplicate"), [(0, 15, True), (6, 0, True), (6, 15, True), (7, 0, False),
                                                             (0, 16, False), (0, 200, False)])
def test_hash_and_thumbnail_both_have_to_agree(bits, thumbnail, duplicate):
    clean = table((HASH, 0, "a"), (close_to(HASH, bits), thumbnail, "b"))
    assert add_duplicate_groups(clean)["group"].tolist() == [0, 0 if duplicate else 1]


def test_groups_are_connected_and_numbered_as_they_appear():
    far = "0123456789abcdef"
    clean = table((far, 90, "z"), (HASH, 50, "a"), ("", None, "small"), (close_to(HASH, 10), 60, "c"),
                  ("", None, "other"), (close_to(HASH, 5), 55, "b"), ("", None, "small"), (HASH, 50, "a"))
    grouped = add_duplicate_groups(clean)
    assert grouped["group"].tolist() == [0, 1, 2, 1, 3, 1, 2, 1]
    assert grouped["group"].dtype == "int64"
    pd.testing.assert_frame_equal(grouped.drop(columns="group"), clean.drop(columns="thumbnail"))
    backwards = add_duplicate_groups(clean[::-1])
    assert backwards["group"].tolist() == [0, 1, 0, 2, 0, 1, 0, 3]


def test_many_images_alike_are_one_group():
    clean = table(*((HASH, number % 5, str(number)) for number in range(300)))
    assert set(add_duplicate_groups(clean)["group"]) == {0}


def test_no_images_have_no_groups():
    clean = pd.DataFrame({"content_hash": [], "phash": [], "thumbnail": []}, dtype="str")
    assert add_duplicate_groups(clean)["group"].dtype == "int64"


def test_duplicates_in_train_are_told_by_group():
    train, test = pd.DataFrame({"group": [1, 2, 2]}), pd.DataFrame({"group": [2, 3, 1]}, index=[7, 8, 9])
    pd.testing.assert_series_equal(
        has_duplicate_in(train, test), pd.Series([True, False, True], [7, 8, 9], name="group")
    )
