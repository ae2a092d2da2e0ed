import pytest

from auxiliary.config.loader import load_profile

# Each row on one line, so that line numbers are plain to see.
PROFILE = """\
dataset: demo
image_size: 28
batch_size: 64
augment: flip
scratch:
  - {model_id: small, learning_rate: 7e-4, epochs: 2, net: conv(8) | pool | flatten}
  - {model_id: longer, parent: small, learning_rate: 0.0001, epochs: 3}
transfer:
  - {model_id: frozen, backbone: EfficientNetLite0, image_size: 112, learning_rate: 0.001, epochs: 4, head: gap}
  - {model_id: tuned, parent: frozen, tune_last: 5, learning_rate: 0.0001, epochs: 1}
"""


@pytest.fixture
def load(tmp_path):
    """Loads the profile above with each `(old, new)` of `changes` replaced in its text."""

    def load(*changes, **overrides):
        text = PROFILE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return load_profile(str(path), overrides)

    return load


@pytest.fixture
def row(load):
    """One row of that profile, by its key."""
    return lambda key, *changes, **overrides: next(
        row for row in load(*changes, **overrides).rows if row.key == key)
