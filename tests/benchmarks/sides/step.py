"""Training steps of conv4invto128_dense256: `step.py fed` by the augmented pipeline, `step.py memory` on one batch."""

import sys
from pathlib import Path

import keras
import tensorflow as tf
from timing import NET, SIZE, STEPS, epochs_of, say

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.core import runtime
from auxiliary.data.augmentation.registry import DEFAULT
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import without_autotuning
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_scratch
from auxiliary.training.trained_model import compiled

machine = runtime.start(0)
table = read_table(Path("train.csv"))
experiment = ScratchExperiment(model_id="m", key="m", learning_rate=1e-3, epochs=1, net=NET, image_size=SIZE)
model = compiled(build_scratch(experiment, table["label"].nunique()), experiment, 1e-3, STEPS)
batches = mk_tf_dataset(table, augment=DEFAULT, image_size=SIZE, epochs=None, cache=True, as_bytes=True)
if sys.argv[1:] == ["memory"]:
    batches = without_autotuning(tf.data.Dataset.from_tensors(next(iter(batches))).repeat())
say(epochs_of(lambda: model.fit(batches, steps_per_epoch=STEPS, verbose=0)), keras=keras.__version__,
    tensorflow=tf.__version__, precision=machine.precision)
