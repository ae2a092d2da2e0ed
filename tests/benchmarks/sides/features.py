"""The features of a frozen backbone: `features.py ours|predict BACKBONE`, random weights."""

import sys
from pathlib import Path

import keras
import tensorflow as tf
from timing import SIZE, epochs_of, say

from auxiliary import runtime
from auxiliary.config.profile import TransferRow
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_transfer
from auxiliary.networks.frozen import frozen

side, backbone = sys.argv[1:]
if side == "ours":
    runtime.start(0)
row = TransferRow(model_id="m", key="m", learning_rate=1e-3, epochs=1, backbone=backbone, head="gap", image_size=SIZE)
model = build_transfer(row, 10, weights=None).features
batches = mk_tf_dataset(read_table(Path("val.csv")), shuffle=False, image_size=SIZE, batch_size=64)
if side == "ours":
    ask = frozen(model)
    took = epochs_of(lambda: [ask(batch) for batch, _ in batches])
else:
    took = epochs_of(lambda: model.predict(batches, verbose=0))
say(took, keras=keras.__version__, tensorflow=tf.__version__)
