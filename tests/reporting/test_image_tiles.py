from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.reporting.image_tiles import sheet, tile


def test_small_images_keep_their_pixels(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (28, 28, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (tile(tmp_path / "a.png", 112) == pixels.repeat(4, axis=0).repeat(4, axis=1)).all()


def test_large_images_keep_their_proportions(images):
    shown = tile(images[1], 90)
    assert shown.shape == (90, 90, 3)
    assert (shown[[0, 14, 75, 89]] == 255).all() and (shown[15:75] == [0, 128, 0]).all()


def test_a_sheet_is_as_wide_as_the_longest_row(images):
    assert sheet([images, images[:1]], side=10, gap=2).shape == (24, 24, 3)


def test_a_missing_or_damaged_image_is_named(tmp_path, images):
    with pytest.raises(UserError, match=r"gone\.png is no longer there"):
        tile(tmp_path / "gone.png")
    whole = Path(images[1]).read_bytes()
    for content in (b"", b"some words", whole[:len(whole) // 2]):
        (tmp_path / "half.png").write_bytes(content)
        with pytest.raises(UserError, match=r"half\.png cannot be read .*: delete it, and run the preprocessing"):
            tile(tmp_path / "half.png")
