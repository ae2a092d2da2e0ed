"""The networks that the page offers, and their predictions."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.deploy.app.models import NO_FEATURE_MAPS, SIDE, Networks, heat_map, predict_image
from auxiliary.runs.run import Run


def test_networks_of_the_data_set_are_offered_best_first(networks, trained_root):
    labels, names = zip(*networks.choices, strict=True)
    results = {run.id: run.result for run in trained_root.runs.values()}
    assert [results[name].val_accuracy for name in names] == sorted(
        (result.val_accuracy for result in results.values()), reverse=True)
    small = trained_root.runs["small"]
    assert f"small, validation accuracy {small.result.val_accuracy:.3f}" == labels[names.index(small.id)]


def test_a_network_in_use_is_loaded_only_once(networks):
    assert networks.load(networks.first) is networks.load(networks.first)


def test_a_run_that_cannot_be_read_is_printed_and_left_out(trained_root, tmp_path, capsys):
    root = shutil.copytree(trained_root.root / "models", tmp_path / "models")
    small, frozen = (root / "colours" / trained_root.runs[key].id for key in ("small", "frozen"))
    (frozen / "result.json").write_text("{}", encoding="utf-8")
    networks = Networks(Run(small))
    assert frozen.name not in dict(map(reversed, networks.choices))
    assert capsys.readouterr().out.startswith(f"left out: {frozen / 'result.json'} cannot be read")


def test_a_network_without_feature_maps_has_no_heat_map(networks, tested):
    import keras

    flat = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")])
    predictor = replace(networks.load(networks.first), model=flat)
    prediction = predict_image(predictor, Path(tested["filepath"]).read_bytes())
    assert prediction.heat_map is None and prediction.note == NO_FEATURE_MAPS
    assert max(prediction.probabilities, key=prediction.probabilities.get) == tested["predicted"]


def test_a_file_that_is_not_an_image_raises(networks):
    with pytest.raises(ImageError, match="not an image"):
        networks.predict(b"GIF?", networks.first)


def test_a_heat_map_is_upright_and_has_the_proportions_of_the_image(encoded):
    heat = np.zeros((2, 2))
    assert heat_map(encoded(Image.new("RGB", (1000, 500))), heat).shape == (SIDE // 2, SIDE, 3)
    assert heat_map(encoded(Image.new("L", (20, 10))), heat).shape == (10 * (SIDE // 20), 20 * (SIDE // 20), 3)
    rotated = Image.new("RGB", (600, 300))
    rotated.getexif()[0x0112] = 6     # rotated by 90 degrees
    assert heat_map(encoded(rotated, "JPEG", exif=rotated.getexif()), heat).shape == (SIDE, SIDE // 2, 3)


def test_heat_is_in_colour_and_the_rest_in_grey(encoded):
    shown = heat_map(encoded(Image.new("RGB", (64, 64), "grey")), np.array([[1.0, 0.0]]))
    left, right = shown[32, 2].astype(int), shown[32, -2].astype(int)
    assert np.ptp(left) > 100 and np.ptp(right) == 0
