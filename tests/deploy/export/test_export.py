"""Exports of tiny trained runs, used as other programs would use them."""

import contextlib
import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from auxiliary.commands.export import export_run
from auxiliary.core.errors import UserError
from auxiliary.core.paths import processed_folders
from auxiliary.data.reading.jpeg import resized
from auxiliary.deploy.export import check
from auxiliary.deploy.export.formats import FORMATS
from auxiliary.deploy.export.marks import mark, read_mark
from auxiliary.deploy.export.model import plain_network
from auxiliary.deploy.export.output_path import card_file, program_file
from auxiliary.deploy.export.runtimes import OPENERS
from auxiliary.deploy.export.single_view import calibration_of_export
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.preprocess import image_bytes, network_pixels
from auxiliary.evaluation.limit import UNLIKE
from auxiliary.runs.result import REFIT
from auxiliary.runs.run import Run

# Keras alone, in a process that could import this package and does not.
PLAIN_KERAS = """
import json, sys
import keras, numpy as np
model = keras.saving.load_model(sys.argv[1])
probabilities = model.predict(np.load(sys.argv[2]), verbose=0)["probabilities"]
print(json.dumps({"imported": "auxiliary" in sys.modules, "probabilities": probabilities.tolist()}))
"""

# Runs a program, and says what it has imported.
PROGRAM = """
import runpy, sys
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0])
print(*{"auxiliary", "tensorflow"} & set(sys.modules))
"""


@dataclass(frozen=True)
class Export:
    """An exported run, the path of its export, and what the command printed."""

    run: Run
    form: str
    path: Path
    printed: str

    def open(self):
        return OPENERS[self.form](str(self.path))


@pytest.fixture(scope="module")
def export(trained_root, tmp_path_factory) -> Callable[[str, str], Export]:
    """Exports a run by its key, each only once: `export("small", "onnx")`."""
    @cache
    def exported(key: str, form: str) -> Export:
        if missing := [name for name in FORMATS[form].packages if importlib.util.find_spec(name) is None]:
            pytest.skip(f"the extra `export` is not installed: {', '.join(missing)}")
        path, printed = tmp_path_factory.mktemp(form) / (key + FORMATS[form].suffix), io.StringIO()
        with contextlib.redirect_stdout(printed):
            export_run(key, form, path, trained_root.root)
        return Export(trained_root.runs[key], form, path, printed.getvalue())

    return exported


@pytest.fixture(scope="module")
def reference(trained_root) -> Callable[[str, np.ndarray], np.ndarray]:
    """The calibrated probabilities of a run's network for images of its size: `reference("small", pixels)`."""
    predictor = cache(lambda key: load_predictor(trained_root.runs[key]))
    return lambda key, pixels: predictor(key).probabilities(pixels)


@pytest.fixture(params=FORMATS)
def form(request) -> str:
    return request.param


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (*shape, 3), "uint8")


@pytest.mark.parametrize("key", ["small", "frozen"])
def test_every_format_has_the_probabilities_of_the_network(export, reference, form, key):
    made = export(key, form)
    predict, _, runtime = made.open()
    size = made.run.result.image_size
    found = predict(noise(3, size, size))["probabilities"]
    assert found == pytest.approx(reference(key, noise(3, size, size)), abs=1e-5)
    assert f"check: {runtime} predicts the classes of the run's network in float32 for all 6 test" in made.printed
    assert "6 of 6 classes are those of predictions-test.csv" in made.printed


def limit_in(made: Export) -> float:
    """The limit of the score, where each format has it."""
    if made.form == "onnx":
        import onnxruntime

        metadata = onnxruntime.InferenceSession(made.path).get_modelmeta().custom_metadata_map
        return float(metadata["score_limit"])
    if made.form == "savedmodel":
        import tensorflow as tf

        return float(tf.saved_model.load(made.path).signatures["labels"]()["score_limit"])
    return float(zipfile.ZipFile(made.path).read("score_limit.txt"))


def test_every_format_has_the_score_of_predict_and_its_limit(export, form):
    made, pixels = export("small", form), noise(5, 16, 16)
    expected = load_predictor(made.run).answers(pixels).scores
    assert made.open()[0](pixels)["score"] == pytest.approx(expected, abs=0.01) and limit_in(made) == 1
    assert "output: `score`, float32, (N,): above 1 the image is unlike anything it was trained on" in made.printed


@pytest.mark.parametrize(("height", "width"), [(16, 16), (40, 71), (7, 3), (1, 200)])
def test_images_of_any_size_are_resized_inside(export, reference, form, height, width):
    pixels = noise(2, height, width)
    expected = reference("small", np.stack([resized(image, 16) for image in pixels]))
    # Resized pixels are rounded to whole numbers.
    assert export("small", form).open()[0](pixels)["probabilities"] == pytest.approx(expected, abs=0.01)


def test_class_names_are_inside_the_export_and_beside_it(export, form):
    made = export("small", form)
    assert made.open()[1] == ["blue", "green", "red"]
    assert made.path.with_name(made.path.name + ".labels.txt").read_text(encoding="utf-8") == "blue\ngreen\nred\n"


def test_the_mark_by_which_an_export_may_be_replaced_is_inside(export, form):
    assert read_mark(export("small", form).path) == mark("blue\ngreen\nred\n")


def test_the_program_beside_it_names_the_class_that_predict_names(export, reference, form, tmp_path):
    made, photograph, exif = export("small", form), tmp_path / "photograph.jpg", Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    pixels = np.linspace((200, 0, 0), (250, 99, 99), 60 * 40).astype("uint8").reshape(60, 40, 3)
    Image.fromarray(pixels).save(photograph, exif=exif)
    done = subprocess.run([sys.executable, "-I", "-c", PROGRAM, program_file(made.path), photograph],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *lines, imported = done.stdout.split("\n")[:-1]
    probabilities = reference("small", network_pixels(image_bytes(photograph), 16)[None])[0]
    expected = dict(zip(["blue", "green", "red"], probabilities, strict=True))
    lines = [line for line in lines if line != UNLIKE]
    assert {name: float(said) for name, said in map(str.split, lines)} == pytest.approx(expected, abs=0.01)
    assert lines[0].startswith(max(expected, key=expected.get))
    assert imported == ("" if form in ("litert", "onnx") else "tensorflow")


def test_the_lines_in_its_model_card_name_that_class_too(export, reference, quick_form, tmp_path, monkeypatch, capsys):
    made = export("small", quick_form)
    card = card_file(made.path).read_text(encoding="utf-8")
    assert set(re.findall(r"^- (.*)$", card, re.MULTILINE)) >= {line for line in made.printed.splitlines()
                                                                if line.startswith(("input:", "output:", "check:"))}
    monkeypatch.chdir(made.path.parent)
    Image.fromarray(noise(16, 16)).save("image.jpg")
    exec(re.search(r"```python\n(.*?)```", card, re.DOTALL)[1], {})
    name, probability = capsys.readouterr().out.split()
    probabilities = reference("small", network_pixels(image_bytes(Path("image.jpg")), 16)[None])[0]
    assert name == ["blue", "green", "red"][probabilities.argmax()]
    assert float(probability) == pytest.approx(probabilities.max(), abs=0.01)


def test_keras_reads_it_without_this_package(export, reference, tmp_path):
    pixels = np.full((1, 50, 60, 3), 200, "uint8")
    np.save(tmp_path / "pixels.npy", pixels)
    done = subprocess.run([sys.executable, "-I", "-c", PLAIN_KERAS, export("frozen", "keras").path,
                           tmp_path / "pixels.npy"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert not found["imported"]
    assert np.array(found["probabilities"]) == pytest.approx(reference("frozen", pixels[:, :32, :32]), abs=1e-5)


def test_what_is_compared_is_printed_where_the_run_averages_views(export):
    printed = export("views", "onnx").printed
    assert "; the run's test and `predict` use the mean over 3 views\n" in printed
    assert re.search(r"\d of 6 classes are those of predictions-test.csv, predicted in float32, mean over 3 views\n",
                     printed)
    assert "mean over" not in export("small", "onnx").printed


def test_the_temperature_is_that_of_the_image_alone(export, reference, trained_root):
    # `views` has the weights of `small`, which was tested without views.
    alone = re.search(r"temperature (\S+)\)", export("small", "onnx").printed)[1]
    assert f"calibrated for the image alone (temperature {alone});" in export("views", "onnx").printed
    assert load_predictor(trained_root.runs["views"]).temperature != pytest.approx(float(alone), abs=0.001)
    pixels = noise(3, 16, 16)
    found = export("views", "onnx").open()[0](pixels)["probabilities"]
    assert found == pytest.approx(reference("small", pixels), abs=1e-3)


@pytest.mark.parametrize("change", ["missing", "refit"])
def test_without_validation_images_the_temperature_of_the_views_is_kept(trained_root, change):
    run = trained_root.runs["views"]
    predictor = load_predictor(run)
    if change == "refit":
        predictor = replace(predictor, result=run.result.model_copy(update={"refit": REFIT}))
    folders = processed_folders(trained_root.root) if change == "refit" else []
    found = calibration_of_export(predictor, plain_network(predictor.model), folders)
    reason = {"missing": "are missing or were changed", "refit": "a refit was trained on"}[change]
    assert found.temperature == predictor.temperature
    assert "with the temperature of several views (" in found.text and reason in found.text


def test_an_earlier_export_is_replaced(export, trained_root):
    made = export("views", "onnx")
    export_run("small", "onnx", made.path, trained_root.root)
    found, expected = (each.open()[0](noise(2, 16, 16))["probabilities"] for each in (made, export("small", "onnx")))
    assert found == pytest.approx(expected)
    assert {entry.name for entry in made.path.parent.iterdir()} == {
        "views.onnx", "views.onnx.labels.txt", "views.onnx.how-to-run.py", "views.onnx.model-card.md"}


def test_random_images_replace_missing_test_images(export, trained_root, tmp_path, capsys):
    export("small", "onnx")
    folder = shutil.copytree(trained_root.runs["small"].folder, tmp_path / trained_root.runs["small"].id,
                             ignore=shutil.ignore_patterns("unlike.npz"))
    # The images are there, but not below this root.
    export_run(str(folder), "onnx", root=tmp_path)
    printed = capsys.readouterr().out
    assert f"\nwrote {folder / 'export' / folder.name}.onnx (" in printed
    # Nor can it be told without images what is unlike them.
    assert "output: `score`" not in printed and "the images that it was trained on are not here" in printed
    assert "for all 100 random images (the run's test images are missing)" in printed and "csv" not in printed


def test_an_export_that_predicts_other_classes_is_discarded(export, trained_root, tmp_path, monkeypatch):
    export("small", "onnx")
    predict = check.predict_with_export

    def wrong(*arguments):
        predictions = predict(*arguments)
        return replace(predictions, probabilities=predictions.probabilities[:, ::-1])

    monkeypatch.setattr(check, "predict_with_export", wrong)
    with pytest.raises(UserError, match=r"predicts another class than the run's network for [1-6] of 6 images"):
        export_run("small", "onnx", tmp_path / "small.onnx", trained_root.root)
    assert not list(tmp_path.iterdir())


def test_an_export_whose_probabilities_are_no_numbers_is_discarded(quick_form, trained_root, tmp_path, monkeypatch):
    predict = check.predict_with_export

    def unknown(*arguments):
        predictions = predict(*arguments)
        return replace(predictions, probabilities=predictions.probabilities * [np.nan, 1, 1])

    monkeypatch.setattr(check, "predict_with_export", unknown)
    with pytest.raises(UserError, match="the probabilities of 6 of 6 images are no numbers"):
        export_run("small", quick_form, tmp_path / f"small{FORMATS[quick_form].suffix}", trained_root.root)
    assert not list(tmp_path.iterdir())


def test_an_export_that_its_runtime_cannot_read_is_discarded(export, trained_root, tmp_path, monkeypatch):
    export("small", "onnx")
    from auxiliary.deploy.export.write import WRITERS

    monkeypatch.setitem(WRITERS, "onnx", lambda _, path: path.write_bytes(b"nothing"))
    with pytest.raises(UserError, match=r"was discarded: the runtime of onnx cannot read it .+Protobuf"):
        export_run("small", "onnx", tmp_path / "small.onnx", trained_root.root)
    assert not list(tmp_path.iterdir())


def test_a_path_that_cannot_be_written(trained_root, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"file/x.keras cannot be written \(.+\): free space, check"):
        export_run("small", "keras", tmp_path / "file" / "x.keras", trained_root.root)


def test_a_missing_package(trained_root, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"not installed \(ai_edge_litert\): run \.venv/bin/pip install -e"):
        export_run("small", "litert", None, trained_root.root)


def test_an_unknown_run(trained_root):
    with pytest.raises(UserError, match=r"unknown run of .+ 'smal': did you mean 'small'\?"):
        export_run("smal", "keras", None, trained_root.root)


def test_a_run_of_several_data_sets(two_data_sets, quick_form, tmp_path, capsys):
    path = tmp_path / f"x{FORMATS[quick_form].suffix}"
    with pytest.raises(UserError, match=r"2 finished runs are called 'small'; .+ its data set with --dataset"):
        export_run("small", quick_form, path, two_data_sets)
    export_run("small", quick_form, path, two_data_sets, "flowers")
    assert capsys.readouterr().out.startswith(f"exporting small-h0123456789ab of flowers to {quick_form} ")
    assert path.with_name(f"{path.name}.labels.txt").read_text().splitlines() == ["iris", "fern", "rose"]
