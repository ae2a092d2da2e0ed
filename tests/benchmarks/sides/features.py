"""The features of a frozen backbone: `features.py ours|predict BACKBONE`."""

import sys
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from timing import SIZE, epochs_of, say

from auxiliary.config.profile import TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_transfer
from auxiliary.networks.inference import frozen_graph, predict_batches
from auxiliary.training.features import BATCH

side, backbone = sys.argv[1:]
if side == "ours":
    runtime.start(0)
experiment = TransferExperiment(
    model_id="m", key="m", learning_rate=1e-3, epochs=1, backbone=backbone, head="gap", image_size=SIZE
)
model = build_transfer(experiment, 10, weights=None).features
generator = np.random.default_rng(0)
# Fresh ones are zeros and ones, which are multiplied and added for nothing: a graph of constants leaves them out.
for weight in model.weights:
    if weight.name in ("gamma", "moving_variance"):
        weight.assign(generator.uniform(0.9, 1.1, weight.shape))
    elif weight.name in ("beta", "moving_mean"):
        weight.assign(generator.normal(0, 0.05, weight.shape))
batches = mk_tf_dataset(read_table(Path("val.csv")), shuffle=False, image_size=SIZE, batch_size=BATCH)
if side == "ours":
    ask = frozen_graph(model)
    took = epochs_of(lambda: list(predict_batches(ask, batches)))
else:
    took = epochs_of(lambda: model.predict(batches, verbose=0))
say(took, keras=keras.__version__, tensorflow=tf.__version__, precision=keras.config.dtype_policy().name)
