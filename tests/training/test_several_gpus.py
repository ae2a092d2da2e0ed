"""One network on two devices gives the figures of one; here these are two processors of TensorFlow in one process."""

import json
import os
import subprocess
import sys

import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.gpus import stated_gpus
from auxiliary.training.job import Job
from auxiliary.training.several_gpus import on_all_gpus
from tests.colours import colours_profile
from tests.training.conftest import FROZEN, TUNED

# The last batches, of 2 and 4 images, have as many for each of two devices too.
NORM = ("{model_id: norm, learning_rate: 0.01, epochs: 3, averaging: ema(0.9), label_smoothing: 0.1, "
        "optimizer: adamw(0.05), net: 'conv(4) | res(8, 2) | gap'}")
LOOKAHEAD = ("{model_id: lookahead, learning_rate: 0.05, epochs: 3, averaging: 'lookahead(2)', "
             "optimizer: 'sgd(0.9, True, 0.01)', net: 'conv(4) | batchnorm | gap', class_weight: balanced}")
DROPOUT = "{model_id: dropout, learning_rate: 0.05, epochs: 2, net: 'conv(4) | gap | dropout(0.5)', patience: 1}"
# Two processors of one process are too much for its gradients of filters: TensorFlow crashes.
NO_ONEDNN = {"TF_ENABLE_ONEDNN_OPTS": "0"}


BOTH = ["norm", "lookahead", "frozen", "tuned"]
# The number of devices, the precision, and the experiments that are trained there.
WORK = {"one": (1, "float32", BOTH), "two": (2, "float32", [*BOTH, "dropout"]), "half": (2, "mixed_float16", ["norm"])}


@pytest.fixture(scope="module")
def trained(make_project, colours):
    """The figures of the experiments of each of `WORK`, in a root of its own."""
    work = []
    for gpus, precision, keys in WORK.values():
        root = make_project().paths.root
        profile = root / "profile.yaml"
        profile.write_text(colours_profile(colours, (NORM, LOOKAHEAD, DROPOUT), (FROZEN, TUNED)), encoding="utf-8")
        work.append({"profile": str(profile), "root": str(root), "gpus": gpus, "precision": precision, "keys": keys})
    done = subprocess.run([sys.executable, "-m", "tests.training.several_gpus", json.dumps(work)],
                          capture_output=True, text=True, check=False, env=os.environ | NO_ONEDNN)
    assert not done.returncode, done.stderr
    return dict(zip(WORK, json.loads(done.stdout.splitlines()[-1]), strict=True))


def test_figures_are_those_of_one_device(trained):
    """Batch norm, averages, decay, weighted classes and frozen parts among it."""
    for key, expected in trained["one"].items():
        found = trained["two"][key]
        assert expected["gpus"] is None and found["gpus"] == 2
        for name, values in expected["figures"].items():
            assert found["figures"][name] == pytest.approx(values, rel=2e-3), (key, name)
    # Each device drops others, so its figures are not those of one; they are numbers.
    assert trained["two"]["dropout"]["figures"]["val_loss"][-1] < 0.7


def test_float16_scales_its_loss_there_too(trained):
    one, half = (trained[name]["norm"]["figures"]["val_loss"] for name in ("one", "half"))
    assert half == pytest.approx(one, rel=0.02)


def test_more_gpus_than_there_are(make_project):
    project = make_project()
    with stated_gpus(2), pytest.raises(UserError, match=r"2 GPUs .* TensorFlow has 1 here \(CPU:0\)"):
        on_all_gpus(Job(project.experiments["small"], 0, project))


@pytest.mark.parametrize(("size", "split", "last"), [(41, "training", 1), (11, "validation", 1)])
def test_a_batch_that_leaves_a_gpu_without_an_image(make_project, size, split, last):
    project = make_project(batch_size=size)
    said = rf"small: the last batch of its \d+ {split} images has {last} image, fewer than 2 GPUs"
    with stated_gpus(2), pytest.raises(UserError, match=said):
        on_all_gpus(Job(project.experiments["small"], 0, project))


def test_one_gpu_changes_nothing(make_project):
    project = make_project(batch_size=41)
    with on_all_gpus(Job(project.experiments["small"], 0, project)) as strategy:
        assert strategy is None
