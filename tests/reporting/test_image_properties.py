"""What is known of test images besides their class."""

import numpy as np
import pandas as pd
from PIL import Image

from auxiliary.data.catalogue import catalogue
from auxiliary.reporting.image_properties import brightness, image_properties
from tests.images import clean_table_of


def shades(folder, sides, suffix="png") -> None:
    """Grey images from black to white, one per side."""
    (folder / "a").mkdir(parents=True)
    for number, side in enumerate(sides):
        shade = round(255 * number / (len(sides) - 1))
        Image.new("RGB", (side, 2 * side), (shade,) * 3).save(folder / "a" / f"{number}.{suffix}")


def test_brightness_weighs_the_three_colours(tmp_path):
    (tmp_path / "a").mkdir()
    for number, colour in enumerate([(0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]):
        Image.new("RGB", (20, 20), colour).save(tmp_path / "a" / f"{number}.png")
    np.testing.assert_allclose(brightness(clean_table_of(tmp_path)), [0, 0.299, 0.587, 0.114, 1])


def test_properties_are_those_of_the_original_and_of_the_training_set(tmp_path):
    shades(tmp_path / "processed", [20] * 6)
    shades(tmp_path / "raw", range(10, 16), suffix="bmp")
    # `jpeg` is another ending of `jpg`; the content does not matter here.
    endings = ["bmp", "bmp", "jpg", "jpeg", "bmp", "gif"]
    for number, ending in enumerate(endings):
        (tmp_path / "raw" / "a" / f"{number}.bmp").rename(tmp_path / "raw" / "a" / f"{number}.{ending}")
    test = clean_table_of(tmp_path / "processed")
    test = test.assign(group=range(6), original=[f"a/{number}.{ending}" for number, ending in enumerate(endings)])
    overview = catalogue(tmp_path / "raw")
    found = image_properties(test, pd.DataFrame({"group": [2, 9]}), overview, tmp_path / "raw")
    assert found["shorter side"].tolist() == [f"{low} to {low + 1} px" for low in (10, 10, 12, 12, 14, 14)]
    assert found["brightness"].tolist() == [*["0.00 to 0.20"] * 2, *["0.40 to 0.60"] * 2, *["0.80 to 1.00"] * 2]
    assert found["file format"].tolist() == ["bmp", "bmp", "jpg", "jpg", "bmp", "gif"]
    assert found["near-duplicate in training"].tolist() == ["no", "no", "yes", "no", "no", "no"]
    # Of an image that the catalogue lacks, size and format are not known.
    less = image_properties(test, pd.DataFrame({"group": [2, 9]}), overview.drop(index=0), tmp_path / "raw")
    assert list(less) == ["brightness", "near-duplicate in training"]
