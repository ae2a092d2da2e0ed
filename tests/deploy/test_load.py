"""Folders of finished runs with a missing, damaged or foreign file, or one of another version."""

import json
import shutil
import zipfile

import keras
import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.tables import write_table
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
    assert str(caught.value).endswith(f"remove the folder {run.folder} and train the experiment again")
    return str(caught.value)


def change_config(run: Run, old: str, new: str) -> None:
    """Replace a string in the configuration of a saved model."""
    with zipfile.ZipFile(run.model) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert old in files["config.json"].decode()
    files["config.json"] = files["config.json"].replace(old.encode(), new.encode())
    with zipfile.ZipFile(run.model, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def test_a_model_that_is_missing_or_another_file(copy):
    copy.model.write_text("some words", encoding="utf-8")
    assert refusal(copy).startswith(f"{copy.model} is damaged: ")
    copy.model.unlink()
    assert refusal(copy).startswith(f"{copy.model} is missing: ")


@pytest.mark.parametrize("end", [0, 1000, -1])
def test_a_truncated_model(copy, end):
    copy.model.write_bytes(copy.model.read_bytes()[:end])
    assert refusal(copy).startswith(f"{copy.model} is damaged: ")


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_a_model_with_damaged_bytes(copy, place):
    data = bytearray(copy.model.read_bytes())
    start = int(place * len(data))
    data[start:start + 16] = b"\xff" * 16
    copy.model.write_bytes(data)
    assert refusal(copy).startswith(f"{copy.model} cannot be read by Keras {keras.__version__} (")


@pytest.mark.parametrize(("old", "new"), [('"Conv2D"', '"Conv9D"'), ('"filters": 4', '"filters": 4, "future": 1'),
                                          ('"filters": 4', '"filters": 5'), ('"softmax"', '"softermax"')])
def test_a_model_of_another_keras_version(copy, old, new):
    change_config(copy, old, new)
    assert "Keras 9.0" not in refusal(copy)
    file = copy.folder / "result.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"keras": "9.0"}), encoding="utf-8")
    error = refusal(copy)
    assert error.startswith(f"{copy.model} cannot be read by Keras {keras.__version__} (")
    assert "): install Keras 9.0, which wrote it, or remove the folder" in error


def test_a_model_that_contains_code_is_refused_and_the_code_not_run(copy, tmp_path):
    marker = tmp_path / "marker"
    name = str(marker)
    # The layer creates a file when it is built.
    keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Lambda(
        lambda x: (open(name, "w").close(), x)[1])]).save(copy.model)    # noqa: PTH123
    marker.unlink()
    assert "Lambda" in refusal(copy)
    assert not marker.exists()
    keras.saving.load_model(copy.model, safe_mode=False)
    assert marker.exists(), "the code of this model must work, or the test proves nothing"


@pytest.mark.parametrize(("shape", "classes"), [((16, 16, 1), 3), ((32, 32, 3), 3), ((5,), 3), ((16, 16, 3), 4)])
def test_a_model_for_other_images_or_classes_is_refused(copy, shape, classes):
    inputs = keras.Input(shape)
    keras.Model(inputs, keras.layers.Dense(classes)(keras.layers.Flatten()(inputs))).save(copy.model)
    assert f"{copy.model} is not the network of this run, which has 3 classes and images of 16 x 16" in refusal(copy)


@pytest.mark.parametrize(("content", "reason"), [
    (None, "is missing or damaged"), (b"", "is missing or damaged"), (b"\xff", "is missing or damaged"),
    (b'"filepath","category"\n', "holds no predictions"), (b"some words\nmore\n", "holds no predictions")])
def test_validation_predictions_that_are_missing_damaged_or_empty(copy, content, reason):
    file = copy.folder / "predictions-val.csv"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert refusal(copy).startswith(f"{file} {reason}: ")


def test_validation_predictions_of_fewer_classes(copy):
    write_table(copy.val_predictions.drop(columns="p:red"), copy.folder / "predictions-val.csv")
    assert "is not the network of this run, which has 2 classes" in refusal(copy)


def test_a_result_of_another_version(copy):
    file = copy.folder / "result.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"ece"', '"eces"'), encoding="utf-8")
    with pytest.raises(UserError, match=r"cannot be read by this version \(ece, eces\)"):
        load_predictor(copy)
