"""Settings of Keras that a user made for other projects; tests/training/test_train.py trains under them."""

import os
import subprocess
import sys

import pytest

from auxiliary.core import keras_settings, runtime
from auxiliary.core.errors import UserError


@pytest.fixture
def load(tmp_path):
    """Loads Keras in a new process under a `keras.json` and other variables."""
    def load(text: str, **variables: str) -> subprocess.CompletedProcess:
        (tmp_path / "keras.json").write_text(text, encoding="utf-8")
        return subprocess.run([sys.executable, "-c", "from auxiliary.core import runtime; runtime.load()"],
                              env=os.environ | {"KERAS_HOME": str(tmp_path)} | variables, capture_output=True,
                              text=True, check=False)

    return load


@pytest.mark.parametrize(("text", "variables"), [
    ('{"floatx": "bfloat16"}', {}), ('{"epsilon": 1}', {}), ("[]", {}), ("{}", {"KERAS_MAX_EPOCHS": "many"})])
def test_settings_that_keras_refuses_are_named_in_a_sentence(load, text, variables, tmp_path):
    error = load(text, **variables).stderr.splitlines()[-1]
    assert error.startswith(f"{UserError.__module__}.UserError: ")
    assert str(tmp_path / "keras.json") in error and "KERAS_" in error


def test_other_errors_are_not_blamed_on_the_settings():
    with pytest.raises(ValueError, match="another size"), keras_settings.refusal_explained():
        raise ValueError("another size")


def test_what_a_session_has_set_is_set_back():
    import keras

    before = runtime.settings()
    keras.config.set_floatx("float16")
    keras.config.set_epsilon(0.1)
    keras.config.set_image_data_format("channels_first")
    keras.config.set_max_epochs(1)
    keras.config.set_max_steps_per_epoch(1)
    runtime.load()
    assert keras.config.floatx() == "float32"
    assert keras.config.max_epochs() is keras.config.max_steps_per_epoch() is None
    assert runtime.settings() == before
    assert before["epsilon"] == 1e-7 and before["image_data_format"] == "channels_last"


def test_a_session_with_another_backend_is_told_to_restart(monkeypatch):
    import keras

    monkeypatch.setattr(keras.config, "backend", lambda: "torch")
    with pytest.raises(UserError, match="backend torch"):
        runtime.load()
