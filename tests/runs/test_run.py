"""The files of a finished run: each is read as training wrote it, or refused by its name."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.runs.run import Run

READERS: dict[str, Callable[[Run], object]] = {
    "result.json": lambda run: run.result,
    "recipe.json": lambda run: run.recipe,
    "history.csv": lambda run: run.history,
    "layers.csv": lambda run: run.layers,
    "predictions-val.csv": lambda run: run.val_predictions,
    "predictions-test.csv": lambda run: run.predictions,
    "model.keras": lambda run: run.model,
    "grad-cam.npz": lambda run: run.arrays("grad-cam"),
    "convolution.npz": lambda run: run.arrays("convolution"),
}


def folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


EDITS: dict[str, Callable[[Path], object]] = {
    "truncated": lambda file: file.write_bytes(file.read_bytes()[:-3]),
    "a flipped bit": lambda file: file.write_bytes(flipped(file.read_bytes())),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"x"),
    "empty": lambda file: file.write_bytes(b""),
    "a list": lambda file: file.write_bytes(b"[]"),
    "a number": lambda file: file.write_bytes(b"1"),
    "no text": lambda file: file.write_bytes(b"\xff\xfe\x00"),
    "a folder": folder_instead,
}


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:]


def write_run(folder: Path, result, right: int) -> Run:
    """A finished run whose files differ from those of another one by `right`."""
    run = Run(folder)
    run.begin({"seed": right})
    run.save_history(pd.DataFrame({"epoch": [1, 2], "loss": [0.5, right / 10]}))
    run.save_layers(pd.DataFrame({"layer": ["conv1"], "parameters": [right]}))
    for split in ("val", "test"):
        run.save_predictions(split, pd.DataFrame({"category": ["cat"] * 9, "confidence": [right / 10] * 9}))
    for name in ("grad-cam", "convolution"):
        run.save_arrays(name, heat=np.full(9, right))
    run.model_file.write_bytes(bytes([right]) * 99)
    run.finish(result.model_copy(update={"accuracy": right / 10, "run_id": f"{run.id}-20260101T000000"}))
    return run


@pytest.fixture
def run(tmp_path, result) -> Run:
    return write_run(tmp_path / "run", result, right=3)


@pytest.fixture
def other(tmp_path, result) -> Run:
    return write_run(tmp_path / "other", result, right=4)


def refusal(file: Path, read: Callable[[], object]) -> str:
    with pytest.raises(UserError) as caught:
        read()
    message = str(caught.value)
    assert message.startswith(f"{file} ") and "\n" not in message
    assert message.endswith(f"remove the folder {file.parent} and train the experiment again "
                            "(python -m auxiliary run PROFILE)")
    return message


def test_a_whole_run_is_read(run):
    run.check()
    for read in READERS.values():
        read(run)
    assert run.recipe == {"seed": 3} and run.history["loss"].tolist() == [0.5, 0.3]
    assert run.arrays("grad-cam")["heat"].tolist() == [3] * 9 and run.arrays("other") == {}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", READERS)
def test_an_edited_file_is_refused_and_no_other(run, name, edit):
    file = run.folder / name
    EDITS[edit](file)
    refusal(file, lambda: READERS[name](run))
    refusal(file, run.check)
    if name != "result.json":
        for each in READERS.keys() - {name}:
            READERS[each](run)


@pytest.mark.parametrize("name", list(READERS)[1:])
def test_a_missing_file_and_that_of_another_run_are_refused(run, other, name):
    file = run.folder / name
    shutil.copyfile(other.folder / name, file)
    assert "was changed since training" in refusal(file, lambda: READERS[name](run))
    file.unlink()
    assert "is missing" in refusal(file, lambda: READERS[name](run))


def test_a_file_that_training_did_not_write_is_refused(tmp_path, result):
    run = Run(tmp_path / "run")
    run.begin({})
    run.finish(result)
    run.save_arrays("grad-cam", heat=np.ones(3))
    assert "was changed since training" in refusal(run.folder / "grad-cam.npz", lambda: run.arrays("grad-cam"))


@pytest.mark.parametrize(("name", "value"), [("accuracy", 0.9), ("learning_rate", 0.2), ("key", "better"),
                                             ("test_loss", float("nan")), ("test_images", 4)])
def test_an_edited_figure_is_refused(run, name, value):
    content = json.loads(run.result_file.read_bytes())
    assert content["result"][name] != value
    content["result"][name] = value
    run.result_file.write_text(json.dumps(content), encoding="utf-8")
    assert "was changed since training" in refusal(run.result_file, lambda: run.result)


def test_the_result_of_another_run_does_not_fit_its_files(run, other):
    shutil.copyfile(other.result_file, run.result_file)
    assert "was changed since training" in refusal(run.model_file, run.check)


def test_only_the_content_of_a_result_counts(run):
    before = run.result
    run.result_file.write_text(json.dumps(json.loads(run.result_file.read_bytes())), encoding="utf-8")
    assert run.result == before


def test_a_result_without_numbers_is_read(run, result):
    run.finish(result.model_copy(update={"published_accuracy": float("nan"), "test_loss": float("inf")}))
    assert np.isnan(run.result.published_accuracy) and run.result.test_loss == float("inf")


def test_a_result_of_another_version(run):
    content = json.loads(run.result_file.read_bytes())
    flat = content["result"]
    run.result_file.write_text(json.dumps(flat), encoding="utf-8")
    assert "cannot be read by this version (checksum, files, result): " in refusal(run.result_file, lambda: run.result)
    del flat["ece"]
    run.result_file.write_text(json.dumps(content | {"result": flat | {"eces": 0.1}}), encoding="utf-8")
    assert "cannot be read by this version (ece, eces): " in refusal(run.result_file, lambda: run.result)


def test_an_unfinished_run_is_read_as_it_is(tmp_path):
    run = Run(tmp_path / "run")
    run.begin({"seed": 1})
    run.check()
    (tmp_path / "run" / "history.csv").write_text("epoch\n1\n", encoding="utf-8")
    assert run.recipe == {"seed": 1} and run.history["epoch"].tolist() == [1]
    refusal(tmp_path / "run" / "layers.csv", lambda: run.layers)
    for content in (b"", b"\xff", b'"'):
        (tmp_path / "run" / "history.csv").write_bytes(content)
        refusal(tmp_path / "run" / "history.csv", lambda: run.history)
