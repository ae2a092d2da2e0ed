"""The ways to explain, on networks of which is known where they look, and on runs read back from their folders."""

from dataclasses import replace

import numpy as np
import pytest

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.core.errors import UserError
from auxiliary.deploy import explain as explain_module
from auxiliary.deploy.explain import (
    INEXACT,
    NO_FEATURE_MAPS,
    NO_LOSS,
    NO_NETWORK,
    TOO_LARGE,
    WAYS,
    explain,
    explain_images,
)
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.network_features import with_features
from auxiliary.deploy.predictor import Network, Predictor
from auxiliary.evaluation.explanation import Explanation
from auxiliary.evaluation.occlusion import STRIDES
from auxiliary.networks.build import build_scratch
from auxiliary.networks.inference import frozen_graph
from tests.deploy.test_predictor import pixels_of

SIDE, PATCH = 16, 4


@pytest.fixture
def of_corner(result):
    """A network of three classes: red, green and blue in the first corner of the image are evidence for one each.

    `bias` is added to the score of red.
    """
    def build(net: str, bias: float = 0) -> Predictor:
        settings = {"model_id": "net", "key": "net", "learning_rate": 0.1, "epochs": 1}
        model = build_scratch(ScratchExperiment(**settings, image_size=SIDE, net=net), 3)
        kernel = np.zeros((SIDE, SIDE, 3, 3))
        kernel[:PATCH, :PATCH] = np.eye(3) / 4
        model.layers[-1].set_weights([kernel.reshape(-1, 3), np.array([bias, 0, 0])])
        if net.startswith("conv"):
            model.get_layer("conv1").set_weights([np.eye(3).reshape(1, 1, 3, 3), np.zeros(3)])
        network = Network(result.model_copy(update={"tta": "", "image_size": SIDE}), model,
                          frozen_graph(with_features(model)))
        return Predictor(None, network.result, [network], ["red", "green", "blue"], 1.0)

    return build


def with_spots() -> np.ndarray:
    """An image with a red spot in the corner, and a larger green one at the other end."""
    image = np.zeros((SIDE, SIDE, 3), "uint8")
    image[:PATCH, :PATCH, 0] = 255
    image[8:, 8:, 1] = 255
    return image


@pytest.mark.parametrize("way", WAYS)
def test_all_point_to_where_the_network_looks(of_corner, way):
    found = explain(of_corner("conv(3, 1) | flatten"), with_spots(), 0, way)
    rows, columns = np.nonzero(found.heat > 0.5)
    assert len(rows) and rows.max() < PATCH and columns.max() < PATCH
    # Squares of occlusion have four pixels and move by one, so one that covers some of the corner ends before 7.
    assert not found.heat[7:].any() and not found.heat[:, 7:].any()


@pytest.mark.parametrize(("way", "said"), [
    ("Grad-CAM", "According to Grad-CAM, nothing in this image is evidence"), ("occlusion", NO_LOSS),
    ("integrated gradients", "According to integrated gradients, nothing in this image is evidence")])
def test_of_another_class_there_is_no_evidence_and_it_is_said(of_corner, way, said):
    found = explain(of_corner("conv(3, 1) | flatten"), with_spots(), 2, way)
    assert not found.heat.any() and found.remark.startswith(said)


def test_occlusion_says_what_it_divides_the_odds_by(of_corner):
    """The scores are 4 for red and 0 for the others; under the grey square, which the first pixel is under alone, they
    are 4 * 128 / 255 for all, and the odds 1 : 2."""
    found = explain(of_corner("conv(3, 1) | flatten"), with_spots(), 0, "occlusion")
    assert f"p / (1 - p), by {np.exp(4) / 2 / (1 / 2):.0f}." in found.remark


def test_a_network_that_is_sure_still_shows_where_it_looks(of_corner):
    """With 30 more for red its probability is rounded to 1, wherever a square is. A square takes as much off the
    log-odds as without: 4 times the share of the corner that it covers."""
    predictor, image = of_corner("conv(3, 1) | flatten", bias=30), with_spots()
    covered = image.copy()
    covered[:PATCH, :PATCH] = 128
    assert (predictor.probabilities(np.stack([image, covered]))[:, 0] > 0.9999).all()
    found = explain(predictor, image, 0, "occlusion")
    # Squares have four pixels and move by one: the second pixel is under four of them.
    assert found.heat[0, 0] == pytest.approx(1, abs=1e-5)
    assert found.heat[1, 1] == pytest.approx((1 + 3 / 4 + 3 / 4 + 9 / 16) / 4, abs=1e-5)
    assert found.heat[7:].max() < 1e-5 and found.heat[:, 7:].max() < 1e-5
    assert f"p / (1 - p), by {np.exp(4):.0f}." in found.remark


@pytest.mark.parametrize(("difference", "said"), [
    (0.1, "1.1"), (np.log(9.94), "9.9"), (np.log(54.6), "55"), (np.log(12345), "12,345"), (20, "over 1,000,000")])
def test_odds_are_divided_by_as_many_digits_as_matter(difference, said):
    assert explain_module._factor(difference) == said


def test_a_network_without_feature_maps_has_the_other_ways(of_corner):
    predictor, image = of_corner("flatten"), with_spots()
    assert explain(predictor, image, 0, "Grad-CAM") == Explanation(None, NO_FEATURE_MAPS)
    for way in ("occlusion", "integrated gradients"):
        assert explain(predictor, image, 0, way).heat[0, 0] == pytest.approx(1)


def test_an_ensemble_has_the_occlusion_of_its_mean(of_corner):
    predictor, image = of_corner("conv(3, 1) | flatten"), with_spots()
    twice = replace(predictor, networks=[*predictor.networks] * 2)
    for way in ("Grad-CAM", "integrated gradients"):
        assert explain(twice, image, 0, way) == Explanation(None, NO_NETWORK)
    np.testing.assert_allclose(explain(twice, image, 0, "occlusion").heat,
                               explain(predictor, image, 0, "occlusion").heat, atol=1e-6)


def test_an_unknown_way_is_named(of_corner):
    with pytest.raises(UserError, match="unknown way to explain 'oclusion': did you mean 'occlusion'"):
        explain(of_corner("flatten"), with_spots(), 0, "oclusion")


@pytest.mark.parametrize(("limit", "strides"), [(1e9, STRIDES[0]), (100 * 2304, STRIDES[1]), (20 * 2304, STRIDES[2])])
def test_a_larger_network_has_a_coarser_map(of_corner, monkeypatch, limit, strides):
    """The network takes 2,304 multiply-adds: 16 times 16 times 3 numbers for each of three classes."""
    seen = []
    monkeypatch.setattr(explain_module, "LIMIT", limit)
    monkeypatch.setattr(explain_module, "occlusion", lambda *given: seen.append(given[-1]) or np.zeros((SIDE, SIDE)))
    explain(of_corner("flatten"), with_spots(), 0, "occlusion")
    assert seen == [strides]


@pytest.mark.parametrize("way", ["occlusion", "integrated gradients"])
def test_a_network_that_is_too_large_has_no_slow_map(of_corner, monkeypatch, way):
    monkeypatch.setattr(explain_module, "LIMIT", 2304)
    assert explain(of_corner("flatten"), with_spots(), 0, way) == Explanation(None, TOO_LARGE)


def test_a_sum_that_is_wrong_is_said(of_corner, monkeypatch):
    wrong = explain_module.integrated_gradients(of_corner("flatten").model, with_spots(), 0)
    monkeypatch.setattr(explain_module, "integrated_gradients",
                        lambda *_: replace(wrong, difference=1.1 * wrong.difference))
    remark = explain(of_corner("flatten"), with_spots(), 0, "integrated gradients").remark
    assert remark == f"This adds up to 91% of the score's change from a black image to this one: {INEXACT}."


@pytest.mark.parametrize("key", ["small", "small_on", "views", "frozen"])
def test_images_of_every_kind_of_run_are_explained(trained_root, key):
    run = trained_root.runs[key]
    some, size = run.predictions.iloc[[2, 0]], run.result.image_size
    explained = explain_images(run, some)
    assert [list(found) for found in explained] == [list(WAYS)] * 2
    for found in (each for by_way in explained for each in by_way.values()):
        assert found.heat.min() >= 0 and found.heat.max() in (0, pytest.approx(1)) and INEXACT not in found.remark
    assert explained[0]["occlusion"].heat.shape == explained[0]["integrated gradients"].heat.shape == (size, size)


def test_views_of_an_image_are_left_out(trained_root):
    run = trained_root.runs["views"]
    predictor = load_predictor(run)
    image = pixels_of(predictor, run.predictions.head(1))[0]
    network = predictor.networks[0]
    plain = replace(predictor, networks=[replace(network, result=network.result.model_copy(update={"tta": ""}))])
    assert (predictor.probabilities(image[None]) != plain.probabilities(image[None])).any()
    np.testing.assert_array_equal(*(explain(each, image, 0, "occlusion").heat for each in (predictor, plain)))


def test_maps_are_the_same_every_time(of_corner):
    image = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), "uint8")
    predictor = of_corner("conv(3, 1) | flatten")
    for way in WAYS:
        np.testing.assert_array_equal(*(explain(predictor, image, 0, way).heat for _ in range(2)))
