"""Saved models, read by a process that knows nothing of their training."""

import json
import subprocess
import sys
from pathlib import Path

from auxiliary.evaluation.metrics import scores
from auxiliary.evaluation.predictions import PROBABILITY
from auxiliary.training.train import train_and_evaluate
from tests.images import clean_table_of

REPOSITORY = Path(__file__).resolve().parents[2]
# Nothing but Keras, Pillow and the layer that keeps a backbone in inference mode.
SCRIPT = """
import json, sys
import keras, numpy as np
from PIL import Image
import auxiliary.networks.inference

def pixels(file):
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"), "float32")

probabilities = []
for file, images in json.load(sys.stdin):
    model = keras.models.load_model(file)
    batch = np.stack([pixels(image) for image in images])
    probabilities.append(model.predict(batch, verbose=0).tolist())
print(json.dumps(probabilities))
"""


def test_a_fresh_process_gives_the_same_accuracy_to_the_last_digit(make_project, image_folder):
    # No image is resized, because whoever does that rounds in a way of their own.
    images = image_folder({"green": 20, "blue": 20, "red": 20}, size=32)
    project = make_project(clean=clean_table_of(images), image_size=32)
    runs = [train_and_evaluate(project.experiments[key], project) for key in ("small", "frozen", "tuned")]
    work = [(str(run.model), run.predictions["filepath"].tolist()) for run in runs]
    done = subprocess.run([sys.executable, "-c", SCRIPT], input=json.dumps(work), capture_output=True, text=True,
                          cwd=REPOSITORY, check=False)
    assert done.returncode == 0, done.stderr
    columns = [PROBABILITY + name for name in project.categories]
    for run, probabilities in zip(runs, json.loads(done.stdout), strict=True):
        predictions = run.predictions
        predictions[columns] = probabilities
        predictions["predicted"] = predictions[columns].idxmax(axis=1).str.removeprefix(PROBABILITY)
        assert scores(predictions).accuracy == run.result.accuracy
        # Other batches add up in another order.
        assert (predictions[columns] - run.predictions[columns]).abs().max(axis=None) < 1e-6
