"""The picture of an explanation: its proportions and its colours."""

import numpy as np
from PIL import Image

from auxiliary.deploy.app.heat_map import SIDE, heat_map
from tests.images import encoded


def test_a_heat_map_is_upright_and_has_the_proportions_of_the_image():
    heat = np.zeros((2, 2))
    assert heat_map(encoded(Image.new("RGB", (1000, 500))), heat).shape == (SIDE // 2, SIDE, 3)
    assert heat_map(encoded(Image.new("L", (20, 10))), heat).shape == (10 * (SIDE // 20), 20 * (SIDE // 20), 3)
    rotated = Image.new("RGB", (600, 300))
    rotated.getexif()[0x0112] = 6     # rotated by 90 degrees
    assert heat_map(encoded(rotated, "JPEG", exif=rotated.getexif()), heat).shape == (SIDE, SIDE // 2, 3)


def test_heat_is_in_colour_and_the_rest_in_grey():
    shown = heat_map(encoded(Image.new("RGB", (64, 64), "grey")), np.array([[1.0, 0.0]]))
    left, right = shown[32, 2].astype(int), shown[32, -2].astype(int)
    assert np.ptp(left) > 100 and np.ptp(right) == 0
