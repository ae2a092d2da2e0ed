"""The networks that the page offers, and their predictions."""

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from auxiliary.core.errors import ImageError, UserError
from auxiliary.deploy.app import models
from auxiliary.deploy.app.heat_map import SIDE
from auxiliary.deploy.app.models import Networks, full_name, predict_image
from auxiliary.deploy.explain import WAYS
from auxiliary.evaluation.explanation import Explanation
from auxiliary.runs.run import Run


def test_networks_of_the_data_set_are_offered_best_first(networks, trained_root):
    labels, names = zip(*networks.choices("colours"), strict=True)
    results = {full_name(run): run.result for run in trained_root.runs.values()}
    assert [results[name].val_accuracy for name in names] == sorted(
        (result.val_accuracy for result in results.values()), reverse=True)
    small = trained_root.runs["small"]
    assert f"small: {small.result.val_accuracy:.3f}" == labels[names.index(full_name(small))]
    assert networks.data_sets == ["colours"] and networks.best("colours") == small


def test_a_network_in_use_is_loaded_only_once(networks):
    small = full_name(networks.best("colours"))
    assert networks.load(small) is networks.load(small)


def test_each_data_set_offers_its_own_networks(both, tested):
    assert both.data_sets == ["colours", "flowers"] and both.data_set == "flowers"
    assert [name.partition("-")[0] for _, name in both.choices("colours")] == ["colours/frozen", "colours/small"]
    assert [name for _, name in both.choices("flowers")] == ["flowers/small-h0123456789ab"]
    assert full_name(both.best("colours")) == both.choices("colours")[0][1]
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
    for name in (one, full_name(first), one, other, one):
        networks.load(name)
    assert [full_name(run) for run in loaded] == [full_name(first), one, other]
    networks.load(full_name(first))
    assert len(loaded) == 4


def test_a_run_that_cannot_be_read_is_printed_and_left_out(trained_root, tmp_path, capsys):
    root = shutil.copytree(trained_root.root / "models", tmp_path / "models")
    small, frozen = (root / "colours" / trained_root.runs[key].id for key in ("small", "frozen"))
    (frozen / "result.json").write_text("{}", encoding="utf-8")
    networks = Networks(Run(small), [small.parent])
    assert full_name(Run(frozen)) not in dict(map(reversed, networks.choices("colours")))
    assert capsys.readouterr().out.startswith(f"left out: {frozen / 'result.json'} cannot be read")


def test_an_ensemble_predicts_the_mean_of_its_members(networks, tested):
    small, frozen = (networks.load(name) for _, name in networks.choices("colours")[:2])
    both = replace(small, networks=[*small.networks, *frozen.networks], temperature=1.0)
    image = Path(tested["filepath"]).read_bytes()
    prediction = predict_image(both, image)
    alone = [predict_image(replace(each, temperature=1.0), image).probabilities for each in (small, frozen)]
    for name, probability in prediction.probabilities.items():
        assert probability == pytest.approx(np.mean([each[name] for each in alone]), abs=0.05)
    assert max(prediction.probabilities, key=prediction.probabilities.get) == tested["predicted"]


def test_a_file_that_is_not_an_image_raises(networks):
    with pytest.raises(ImageError, match="not an image"):
        networks.predict(b"GIF?", full_name(networks.best("colours")))


@pytest.mark.parametrize("way", WAYS)
def test_the_evidence_for_the_first_class_is_a_picture(networks, tested, way):
    name = full_name(networks.best("colours"))
    picture, remark = networks.explain(Path(tested["filepath"]).read_bytes(), name, way)
    assert picture.shape == (SIDE, SIDE, 3) and picture.dtype == "uint8"
    assert ("divide the odds of the class" in remark) == (way == "occlusion")


def test_where_there_is_no_evidence_to_show_it_is_said(networks, tested, monkeypatch):
    monkeypatch.setattr(models, "explain", lambda *_: Explanation(None, "No map."))
    small = full_name(networks.best("colours"))
    assert networks.explain(Path(tested["filepath"]).read_bytes(), small, "occlusion") == (None, "No map.")
