"""A run trained on images of 12 bits, from the raw files to predictions for such files."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from auxiliary.commands.predict import predict_images
from auxiliary.deploy.app.models import Networks, Prediction
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.preprocess import UNSCALED
from auxiliary.runs.run import Run
from auxiliary.training.train import train_and_evaluate
from tests.colours import open_text
from tests.prepare import prepare

PROFILE = """
dataset: {folder}
name: deep
image_size: 16
split: {{by: seed}}
scratch:
  - {{model_id: small, learning_rate: 0.02, epochs: 1, net: conv(4) | gap}}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[Run, Path]:
    """A finished run, and the folder of its raw images: three classes of different greys, in PNG files of 16 bits."""
    root, folder = tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("deep")
    rng = np.random.default_rng(0)
    for label, name in enumerate(("dark", "light", "middle")):
        (folder / name).mkdir()
        for number in range(20):
            values = rng.integers(0, 800, (16, 16)) + 1600 * (0, 2, 1)[label]
            Image.fromarray(values.astype("uint16")).save(folder / name / f"{number}.png")
    project = prepare(open_text(PROFILE.format(folder=folder), root))
    return train_and_evaluate(project.experiments["small"], project), folder


def test_the_run_keeps_the_span(run):
    low, high = load_predictor(run[0]).span
    assert (low, high) == tuple(run[0].recipe["span"])
    assert 0 <= low < 100 and 3900 < high < 4000


def test_raw_files_get_the_predictions_of_the_run(run, capsys):
    """Small images lose nothing, so the probabilities are the same."""
    made, folder = run
    expected = made.predictions
    raw = [folder / Path(file).parent.name / Path(file).name.removesuffix(".png") for file in expected["filepath"]]
    predict_images(tuple(map(str, raw)), str(made.folder), as_json=True, root=made.folder.parents[2])
    printed = capsys.readouterr()
    assert [image["class"] for image in json.loads(printed.out)["images"]] == expected["predicted"].tolist()
    assert UNSCALED not in printed.err


def _page(run: Run, image: Path) -> Prediction:
    """What the page answers with the network of a run."""
    folder = run.folder.parent
    return Networks(run, [folder]).predict(image.read_bytes(), f"{folder.name}/{run.id}")


def test_so_does_the_page(run):
    made, folder = run
    file = made.predictions["filepath"][0]
    raw = folder / Path(file).parent.name / Path(file).name.removesuffix(".png")
    prediction = _page(made, raw)
    assert max(prediction.probabilities, key=prediction.probabilities.get) == made.predictions["predicted"][0]
    assert prediction.note == ""


def test_a_run_without_such_images_says_that_it_has_no_span(run, trained_root, capsys):
    raw, small = run[1] / "dark" / "0.png", trained_root.runs["small"]
    predict_images((str(raw),), "small", as_json=True, root=trained_root.root)
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)["images"]) == 1
    assert UNSCALED in printed.err
    assert _page(small, raw).note.startswith(UNSCALED.capitalize())
