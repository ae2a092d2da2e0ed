"""Exports in whole numbers of 8 bits."""

import contextlib
import io
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

from auxiliary.commands.export_int8 import export_int8
from auxiliary.core.errors import UserError
from auxiliary.core.paths import processed_folders
from auxiliary.deploy.export import int8_check, representative
from auxiliary.deploy.export.check import CheckImages
from auxiliary.deploy.export.int8_check import Int8Predictions
from auxiliary.deploy.export.output_path import program_file
from auxiliary.deploy.export.representative import representative_images
from auxiliary.runs.run import Run

LOSS = re.compile(r"accuracy on 6 test images: (\S+) by the run, (\S+) in int8; lost: (\S+) points \[")


@pytest.fixture(scope="module")
def exported(trained_root, tmp_path_factory) -> SimpleNamespace:
    """The run `small` in int8, the path of the file, and what was printed."""
    pytest.importorskip("ai_edge_litert")
    path, printed = tmp_path_factory.mktemp("int8") / "small.int8.tflite", io.StringIO()
    with contextlib.redirect_stdout(printed):
        export_int8("small", "litert", path, trained_root.root)
    return SimpleNamespace(path=path, printed=printed.getvalue(), run=trained_root.runs["small"])


@pytest.fixture(scope="module")
def interpreter(exported):
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter(str(exported.path))


@pytest.fixture(scope="module")
def folders(trained_root) -> list[Path]:
    return processed_folders(trained_root.root)


def test_it_takes_and_gives_bytes_and_has_no_float_inside(interpreter):
    predict = interpreter.get_signature_runner("serving_default")
    taken, given = predict.get_input_details()["images"], predict.get_output_details()["probabilities"]
    assert (taken["dtype"], taken["shape"].tolist(), taken["quantization"]) == (np.uint8, [1, 16, 16, 3], (1.0, 0))
    assert (given["dtype"], given["shape"].tolist(), given["quantization"]) == (np.uint8, [1, 3], (1 / 256, 0))
    assert {tensor["dtype"] for tensor in interpreter.get_tensor_details()} <= {np.uint8, np.int8, np.int32}


def test_its_probabilities_are_close_to_those_of_the_network(exported, interpreter, folders):
    from auxiliary.deploy.load import load_predictor

    images = representative_images(exported.run, 16, folders)
    predict = interpreter.get_signature_runner("serving_default")
    found = np.concatenate([predict(images=image[None])["probabilities"] for image in images]) / 256
    expected = load_predictor(exported.run).probabilities(images)
    assert np.abs(found - expected).max() < 0.05
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).mean() > 0.9


def test_accuracy_size_and_speed_are_printed(exported):
    found = LOSS.search(exported.printed)
    assert found, exported.printed
    run, int8, lost = map(float, found.groups())
    assert run == pytest.approx(exported.run.result.accuracy, abs=0.0005)
    assert lost == pytest.approx(100 * (run - int8), abs=0.1)
    assert re.search(r"\nint8 names the class of float32 for [56] of 6 test images\n", exported.printed)
    count = exported.run.recipe["images"]["train"]["count"]
    assert f"\nranges: measured on {count} training images of the run" in exported.printed
    assert re.search(r"\nsize: .+, and .+ in float32\nspeed: .+ ms per image, and .+ in float32", exported.printed)


def test_class_names_are_inside_and_beside_it(exported):
    assert zipfile.ZipFile(exported.path).read("labels.txt") == b"blue\ngreen\nred\n"
    assert exported.path.with_name("small.int8.tflite.labels.txt").read_bytes() == b"blue\ngreen\nred\n"


def test_the_program_beside_it_names_the_class(exported, interpreter, tmp_path):
    pixels = np.linspace((200, 0, 0), (250, 99, 99), 16 * 16).astype("uint8").reshape(16, 16, 3)
    Image.fromarray(pixels).save(tmp_path / "photograph.png")
    done = subprocess.run([sys.executable, "-I", program_file(exported.path), tmp_path / "photograph.png"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = interpreter.get_signature_runner("serving_default")(images=pixels[None])["probabilities"][0] / 256
    said = dict(line.split() for line in done.stdout.splitlines())
    assert {name: float(share) for name, share in said.items()} == pytest.approx(
        dict(zip(["blue", "green", "red"], expected.tolist(), strict=True)), abs=0.0006)


def test_the_same_training_images_are_shown_every_time_the_same_number_of_each_class(exported, folders, monkeypatch):
    monkeypatch.setattr(representative, "IMAGES", 12)
    images = representative_images(exported.run, 16, folders)
    np.testing.assert_array_equal(images, representative_images(exported.run, 16, folders))
    assert images.shape == (12, 16, 16, 3)
    chosen = representative._of_each_class(representative._training_table(exported.run, folders))
    assert chosen["category"].value_counts().to_dict() == {"blue": 4, "green": 4, "red": 4}


def test_two_files_are_equal_and_what_cannot_be_in_int8_is_said():
    pytest.importorskip("ai_edge_litert")
    from auxiliary.deploy.export.int8 import int8_file

    images = np.random.default_rng(0).integers(10, 200, (4, 8, 8, 3), "uint8")
    pixels = keras.Input((8, 8, 3))
    # Whatever precision an earlier test has set.
    means = keras.layers.GlobalAveragePooling2D(dtype="float32")(pixels)
    possible = keras.Model(pixels, keras.layers.Softmax(dtype="float32")(means))
    assert int8_file(possible, images) == int8_file(possible, images)
    with pytest.raises(UserError, match=r"cannot write this network in int8 \(.*Erfinv.*\): leave out --int8"):
        int8_file(keras.Model(pixels, keras.ops.erfinv(means / 256)), images)


def test_float_steps_and_other_scales_are_refused():
    int8_check._check_whole([], np.array([(1, 0), (1 / 256, 0)]))
    with pytest.raises(UserError, match=r"left steps of the network in float32 \(odd/step\)"):
        int8_check._check_whole(["odd/step"], np.array([(1, 0), (1 / 256, 0)]))
    with pytest.raises(UserError, match="does not take bytes of pixels"):
        int8_check._check_whole([], np.array([(0.5, 0), (1 / 256, 0)]))


def test_other_formats_have_no_int8(trained_root):
    with pytest.raises(UserError, match="--int8 is for --to litert"):
        export_int8("small", "onnx", None, trained_root.root)


def test_without_its_training_images_a_run_is_refused(trained_root, tmp_path):
    run = Run(shutil.copytree(trained_root.runs["small"].folder, tmp_path / "models" / trained_root.runs["small"].id))
    with pytest.raises(UserError, match=r"--int8 needs the images that small-.+ name their root with --root"):
        representative_images(run, 16, processed_folders(tmp_path))


@pytest.mark.parametrize(("change", "message"), [
    (lambda _: None, "have changed since: train it again"),
    (lambda recipe: recipe["split"].update(random_state=99), "prepare them again"),
    (lambda recipe: recipe.update(image_size=99), "prepare them again"),
    (lambda recipe: recipe.update(dataset="other"), "prepare them again")])
def test_a_run_of_other_images_is_told_from_one_whose_images_are_not_prepared(
        trained_root, folders, tmp_path, change, message):
    run = Run(shutil.copytree(trained_root.runs["small"].folder, tmp_path / trained_root.runs["small"].id))
    recipe = run.recipe
    recipe["images"]["train"]["fingerprint"] = "other"
    change(recipe)
    run.begin(recipe)
    run.finish(run.result)
    with pytest.raises(UserError, match=message):
        representative_images(run, 16, folders)


def test_a_name_tells_it_from_an_export_in_float32(trained_root, tmp_path):
    pytest.importorskip("ai_edge_litert")
    with pytest.raises(UserError, match=r"must end in \.int8\.tflite"):
        export_int8("small", "litert", tmp_path / "small.tflite", trained_root.root)


def test_the_views_of_the_run_are_named_beside_its_accuracy():
    images = CheckImages(np.zeros((2, 1, 1, 3), "uint8"), ["a", "b"], ["1", "2"], ["a", "b"])
    found = Int8Predictions(np.eye(2), (255 * np.eye(2)).astype("uint8"), (1, 1), "")
    line = int8_check.describe_loss(images, found, ["a", "b"], "mean over 2 views")[0]
    assert line.startswith("accuracy on 2 test images: 1.000 by the run (mean over 2 views), 1.000 in int8; lost: ")
