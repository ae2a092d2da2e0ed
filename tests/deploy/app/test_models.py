"""The networks that the page offers, and their predictions."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from auxiliary.core.errors import ImageError, UserError
from auxiliary.deploy.app import models
from auxiliary.deploy.app.models import (
    NO_FEATURE_MAPS,
    NO_NETWORK,
    SIDE,
    Networks,
    heat_map,
    network_name,
    predict_image,
)
from auxiliary.runs.run import Run


def test_networks_of_the_data_set_are_offered_best_first(networks, trained_root):
    labels, names = zip(*networks.choices("colours"), strict=True)
    results = {network_name(run): run.result for run in trained_root.runs.values()}
    assert [results[name].val_accuracy for name in names] == sorted(
        (result.val_accuracy for result in results.values()), reverse=True)
    small = trained_root.runs["small"]
    assert f"small: {small.result.val_accuracy:.3f}" == labels[names.index(network_name(small))]
    assert networks.data_sets == ["colours"] and networks.best("colours") == small


def test_a_network_in_use_is_loaded_only_once(networks):
    small = network_name(networks.best("colours"))
    assert networks.load(small) is networks.load(small)


def test_each_data_set_offers_its_own_networks(both, tested):
    assert both.data_sets == ["colours", "flowers"] and both.data_set == "flowers"
    assert [name.partition("-")[0] for _, name in both.choices("colours")] == ["colours/frozen", "colours/small"]
    assert [name for _, name in both.choices("flowers")] == ["flowers/small-h0123456789ab"]
    assert network_name(both.best("colours")) == both.choices("colours")[0][1]
    found = [both.predict(Path(tested["filepath"]).read_bytes(), name).probabilities
             for name in ("flowers/small-h0123456789ab", both.choices("colours")[1][1])]
    assert list(found[0]) == ["iris", "fern", "rose"] and list(found[1]) == ["blue", "green", "red"]
    assert list(found[0].values()) == pytest.approx(list(found[1].values()), abs=1e-6)
    with pytest.raises(UserError, match="unknown network 'colours/small-h0123456789ab'"):
        both.load("colours/small-h0123456789ab")


def test_few_networks_of_all_data_sets_together_stay_in_memory(two_data_sets, monkeypatch):
    loaded = []
    monkeypatch.setattr(models, "CACHED", 2)
    monkeypatch.setattr(models, "load_predictor", lambda run, _: loaded.append(run) or SimpleNamespace(why=""))
    folders = [two_data_sets / "models" / name for name in ("colours", "flowers")]
    first = Run(folders[1] / "small-h0123456789ab")
    networks = Networks(first, folders)
    one, other = (name for _, name in networks.choices("colours"))
    for name in (one, network_name(first), one, other, one):
        networks.load(name)
    assert [network_name(run) for run in loaded] == [network_name(first), one, other]
    networks.load(network_name(first))
    assert len(loaded) == 4


def test_a_run_that_cannot_be_read_is_printed_and_left_out(trained_root, tmp_path, capsys):
    root = shutil.copytree(trained_root.root / "models", tmp_path / "models")
    small, frozen = (root / "colours" / trained_root.runs[key].id for key in ("small", "frozen"))
    (frozen / "result.json").write_text("{}", encoding="utf-8")
    networks = Networks(Run(small), [small.parent])
    assert network_name(Run(frozen)) not in dict(map(reversed, networks.choices("colours")))
    assert capsys.readouterr().out.startswith(f"left out: {frozen / 'result.json'} cannot be read")


def test_a_network_without_feature_maps_has_no_heat_map(networks, tested):
    import keras

    flat = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")])
    predictor = networks.load(network_name(networks.best("colours")))
    network = replace(predictor.networks[0], model=flat)
    prediction = predict_image(replace(predictor, networks=[network]), Path(tested["filepath"]).read_bytes())
    assert prediction.heat_map is None and prediction.note == NO_FEATURE_MAPS


def test_an_ensemble_has_no_heat_map_but_the_mean_of_its_members(networks, tested):
    small, frozen = (networks.load(name) for _, name in networks.choices("colours")[:2])
    both = replace(small, networks=[*small.networks, *frozen.networks], temperature=1.0)
    image = Path(tested["filepath"]).read_bytes()
    prediction = predict_image(both, image)
    assert prediction.heat_map is None and prediction.note == NO_NETWORK
    alone = [predict_image(replace(each, temperature=1.0), image).probabilities for each in (small, frozen)]
    for name, probability in prediction.probabilities.items():
        assert probability == pytest.approx(np.mean([each[name] for each in alone]), abs=0.05)
    assert max(prediction.probabilities, key=prediction.probabilities.get) == tested["predicted"]


def test_a_file_that_is_not_an_image_raises(networks):
    with pytest.raises(ImageError, match="not an image"):
        networks.predict(b"GIF?", network_name(networks.best("colours")))


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
