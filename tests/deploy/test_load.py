"""Folders of finished runs with a missing, damaged or foreign file, or one of another version."""

import shutil
import zipfile

import keras
import pytest

from auxiliary.core.errors import UserError
from auxiliary.deploy.load import load_predictor
from auxiliary.runs.run import Run


@pytest.fixture
def copy(trained_root, tmp_path) -> Run:
    """A copy of the run `small`, to be damaged."""
    run = trained_root.runs["small"]
    return Run(shutil.copytree(run.folder, tmp_path / run.id))


def refusal(run: Run) -> str:
    with pytest.raises(UserError) as caught:
        load_predictor(run)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(f"remove the folder {run.folder} and train the experiment again "
                                      "(python -m auxiliary run PROFILE)")
    return str(caught.value)


def change_config(run: Run, old: str, new: str) -> None:
    """Replace a string in the configuration of a saved model."""
    with zipfile.ZipFile(run.model_file) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert old in files["config.json"].decode()
    files["config.json"] = files["config.json"].replace(old.encode(), new.encode())
    with zipfile.ZipFile(run.model_file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    run.finish(run.result)


def test_a_model_that_was_changed(copy):
    copy.model_file.write_bytes(copy.model_file.read_bytes()[:-1])
    assert refusal(copy).startswith(f"{copy.model_file} was changed since training: ")


def test_validation_predictions_that_were_changed(copy):
    file = copy.folder / "predictions-val.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("red", "rad"), encoding="utf-8")
    assert refusal(copy).startswith(f"{file} was changed since training: ")


@pytest.mark.parametrize(("old", "new"), [('"Conv2D"', '"Conv9D"'), ('"filters": 4', '"filters": 4, "future": 1'),
                                          ('"filters": 4', '"filters": 5'), ('"softmax"', '"softermax"')])
def test_a_model_of_another_keras_version(copy, old, new):
    change_config(copy, old, new)
    assert "Keras 9.0" not in refusal(copy)
    copy.finish(copy.result.model_copy(update={"keras": "9.0"}))
    error = refusal(copy)
    assert error.startswith(f"{copy.model} cannot be read by Keras {keras.__version__} (")
    assert "): install Keras 9.0, which wrote it, or remove the folder" in error


def test_a_model_that_contains_code_is_refused_and_the_code_not_run(copy, tmp_path):
    marker = tmp_path / "marker"
    name = str(marker)
    # The layer creates a file when it is built.
    keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Lambda(
        lambda x: (open(name, "w").close(), x)[1])]).save(copy.model_file)    # noqa: PTH123
    # With the right checksum, or the model would not even be looked at.
    copy.finish(copy.result)
    marker.unlink()
    assert "Lambda" in refusal(copy)
    assert not marker.exists()
    keras.saving.load_model(copy.model, safe_mode=False)
    assert marker.exists(), "the code of this model must work, or the test proves nothing"


@pytest.mark.parametrize("span", ["words", [1], [2, 1], [0, "a"], [0, float("inf")], 7])
def test_a_span_that_is_none(copy, span):
    copy.begin(copy.recipe | {"span": span})
    copy.finish(copy.result)
    assert refusal(copy).startswith(f"{copy.recipe_file} has the span ")


def test_a_result_of_another_version(copy):
    file = copy.folder / "result.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"ece"', '"eces"'), encoding="utf-8")
    with pytest.raises(UserError, match=r"cannot be read by this version \(ece, eces\)"):
        load_predictor(copy)
