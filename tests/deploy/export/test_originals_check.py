"""The check of an export on the original files of a run's test images."""

import importlib.util
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from auxiliary.commands.export import export_run
from auxiliary.core.parallel import Processes
from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.tables import write_table
from auxiliary.deploy.export import originals_check
from auxiliary.runs.run import Run

FOUND = re.compile("predicts the class of `predict` for 6 of 6 test images; probabilities differ by at most (.+)")


@pytest.fixture
def root(trained_root, tmp_path) -> Path:
    """A root with the run `small`, whose test images have originals: six photographs, one of them turned by EXIF."""
    data, run = tmp_path / "data" / "colours", trained_root.runs["small"]
    originals, processed = data / "raw-img", data / "processed" / "16" / "images"
    for number, category in enumerate(["blue", "green", "red"] * 2):
        (originals / category).mkdir(parents=True, exist_ok=True)
        _photograph(number).save(originals / category / f"{number}.jpg", exif=_turned(number == 5))
    overview = preprocess_images(catalogue(originals), originals, processed, size=16, pool=Processes(1))
    write_table(overview, processed.parent / "seed" / "overview.csv", data)
    copy = Run(shutil.copytree(run.folder, tmp_path / "models" / "colours" / run.id))
    copy.save_predictions("test", run.predictions.assign(filepath=sorted(map(str, processed.rglob("*.jpg")))))
    copy.finish(run.result)
    return tmp_path


def _photograph(number: int) -> Image.Image:
    """Large enough to be reduced, with detail as fine as its pixels."""
    rng = np.random.default_rng(number)
    coarse = rng.integers(0, 256, (6, 4, 3), "uint8").repeat(20, axis=0).repeat(20, axis=1)
    return Image.fromarray((coarse * rng.uniform(0.5, 1, (120, 80, 1))).astype("uint8"))


def _turned(is_turned: bool) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6 if is_turned else 1
    return exif


@pytest.mark.parametrize("form", ["keras", "litert", "onnx"])
def test_whole_images_have_the_probabilities_of_predict(root, form, capsys):
    if form != "keras" and importlib.util.find_spec("tf2onnx") is None:
        pytest.skip("the extra `export` is not installed")
    export_run("small", form, root=root)
    found = FOUND.search(printed := capsys.readouterr().out)
    assert found, printed
    assert float(found[1]) < 0.01 and originals_check.REASON not in printed


def test_the_mean_over_views_is_not_taken_for_the_image_alone(root, trained_root, quick_form, capsys):
    run, views = Run(root / "models" / "colours" / trained_root.runs["small"].id), trained_root.runs["views"].result
    run.finish(run.result.model_copy(update={"tta": "augmented(3)", "augment": views.augment}))
    export_run("small", quick_form, root=root)
    _, said, mean = capsys.readouterr().out.rpartition("original images: ")[2].partition("predicts the class of ")
    alone, _, mean = mean.partition("\n")
    assert "the run's network for the image alone, read as by `predict`, for 6 of 6 test images" in said + alone
    assert float(alone.rpartition(" ")[2]) < 0.01
    found = re.fullmatch(r"it predicts the class of `predict` \(mean over 3 views\) for \d of 6 test images; "
                         r"probabilities differ by at most (\S+)\n", mean)
    assert float(found[1]) > 0.001


def test_a_larger_difference_has_a_reason(root, quick_form, capsys, monkeypatch):
    monkeypatch.setattr(originals_check, "CLOSE", -1)
    export_run("small", quick_form, root=root)
    assert f": {originals_check.REASON}\n" in capsys.readouterr().out


def test_missing_originals_are_mentioned(root, quick_form, capsys):
    shutil.rmtree(root / "data" / "colours" / "raw-img")
    export_run("small", quick_form, root=root)
    printed = capsys.readouterr().out
    assert "for all 6 test images" in printed and "\noriginal images: not compared, because" in printed
