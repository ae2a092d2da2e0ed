"""The features of a frozen backbone: `features.py ours|predict BACKBONE`."""

import sys
from pathlib import Path

import keras
import tensorflow as tf
from random_weights import draw_batch_norm
from timing import SIZE, epochs_of, say

from auxiliary.config.transfer import TransferExperiment
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
draw_batch_norm(model)
batches = mk_tf_dataset(read_table(Path("val.csv")), shuffle=False, image_size=SIZE, batch_size=BATCH)
if side == "ours":
    ask = frozen_graph(model)
    took = epochs_of(lambda: list(predict_batches(ask, batches)))
else:
    took = epochs_of(lambda: model.predict(batches, verbose=0))
say(took, keras=keras.__version__, tensorflow=tf.__version__, precision=keras.config.dtype_policy().name)
