import pytest

from auxiliary.config.loader import PROFILES, load_profile
from auxiliary.errors import UserError
from auxiliary.networks import backbones
from auxiliary.opening import open_lab
from auxiliary.quick.profile import missing_weights, shorten, start_at_random, write_profile

PROFILE = """
dataset: flowers
image_size: 64
seeds: [3, 4]
sampling: largest
augment: flip
split: {fractions: [0.8, 0.1, 0.1]}
scratch:
  - {model_id: a, reported: [0.5, 0.6], learning_rate: 0.01, epochs: 80, patience: 5, net: conv(4) | gap}
  - {model_id: b, parent: a, learning_rate: 0.01, epochs: 3}
  - {model_id: c, key: "no", parent: b, learning_rate: 0.01, epochs: 0, tta: 2, note: "1e-3, of course: [x]"}
  - {model_id: d, learning_rate: 0.01, epochs: 2, net: conv(4) | gap}
transfer:
  - {model_id: e, backbone: MobileNetV2, head: gap, learning_rate: 0.01, epochs: 2, image_size: 96}
  - {model_id: f, parent: e, tune_last: all, learning_rate: 0.01, epochs: 2}
  - {model_id: g, backbone: ResNet50V2, weights: random, head: gap, learning_rate: 0.01, epochs: 2}
"""


@pytest.fixture
def lab(tmp_path):
    def opened(rows="*", **overrides):
        (tmp_path / "profile.yaml").write_text(PROFILE, encoding="utf-8")
        return open_lab(str(tmp_path / "profile.yaml"), rows, overrides, tmp_path / "root")

    return opened


def test_an_epoch_and_a_seed_a_row_and_nothing_else_differs(lab):
    lab = lab()
    short = shorten(lab, "flowers")
    assert [row.epochs for row in short.rows] == [1, 1, 0, 1, 1, 1, 1]
    assert {row.seeds for row in short.rows} == {(0,)}
    assert short.scratch[0].reported == 0.5
    what = {"epochs", "seeds", "reported"}
    assert [row.model_dump(exclude=what) for row in short.rows] == [
        row.model_dump(exclude=what) for row in lab.profile.rows]


def test_rows_come_with_those_they_go_on_from(lab):
    assert [row.key for row in shorten(lab("no,f"), "flowers").rows] == ["a", "b", "no", "e", "f"]


def test_overrides_are_kept(lab):
    short = shorten(lab(image_size=48, batch_size=4, **{"split.random_state": 7}), "flowers")
    assert (short.image_size, short.scratch[3].batch_size, short.split.random_state) == (48, 4, 7)


@pytest.mark.parametrize("name", [None, *sorted(path.stem for path in PROFILES.glob("*.yaml"))])
def test_what_is_written_is_read_back(lab, tmp_path, name):
    short = shorten(lab() if name is None else open_lab(name, root=tmp_path), "flowers")
    write_profile(short, tmp_path / "quick.yaml")
    assert load_profile(str(tmp_path / "quick.yaml")) == short


def test_weights_that_cannot_be_had_become_random_ones(lab, monkeypatch):
    asked = []

    def load(name, image_size):
        asked.append(name)
        raise UserError("they are nowhere")

    monkeypatch.setattr(backbones, "load_backbone", load)
    short = shorten(lab(), "flowers")
    missing = missing_weights(short)
    # Those of a child come from its parent, and random ones from nowhere.
    assert asked == ["MobileNetV2"]
    assert missing == {"MobileNetV2": "they are nowhere"}
    assert [row.weights for row in start_at_random(short, missing).transfer] == ["random", "random", "random"]


def test_weights_that_are_there_are_used():
    """EfficientNet-Lite0's come with a package."""
    short = shorten(open_lab("demo"), "demo")
    assert missing_weights(short) == {}
    assert start_at_random(short, {}) == short
