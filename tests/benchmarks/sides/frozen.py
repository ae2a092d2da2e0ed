"""Fifteen epochs of a new head on a frozen backbone: `frozen.py ours|notebook BACKBONE`, 320 training images.

Reports which validation images the network classifies correctly; that time does not count.
"""

import sys
import tempfile
from pathlib import Path

import keras
import tensorflow as tf
from keras_way import decoded_every_epoch
from timing import SEED, SIZE, say, seconds

from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import steps_per_epoch
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_transfer
from auxiliary.training.features import FeatureExtractor, feature_batches
from auxiliary.training.trained_model import compiled

EPOCHS, IMAGES = 15, 320
side, backbone = sys.argv[1:]
if side == "ours":
    runtime.start(SEED)
else:
    keras.utils.set_random_seed(SEED)
table, val = read_table(Path("train.csv")).head(IMAGES), read_table(Path("val.csv"))
experiment = TransferExperiment(model_id="m", key="m", learning_rate=1e-3, epochs=EPOCHS, backbone=backbone,
                                head="gap | dense(256)", image_size=SIZE)
transfer = build_transfer(experiment, table["label"].nunique())


def ours() -> None:
    """The backbone runs once, the head fifteen times."""
    with tempfile.TemporaryDirectory() as folder:
        batches = feature_batches(
            FeatureExtractor(transfer.features), experiment, Path(folder), table, seed=SEED, epochs=None
        )
        steps = steps_per_epoch(len(table), experiment.batch_size)
        model = compiled(transfer.head, experiment, experiment.learning_rate, steps)
        model.fit(batches, epochs=EPOCHS, steps_per_epoch=steps, verbose=0)


def notebook() -> None:
    """The whole network runs fifteen times, on files decoded fifteen times."""
    transfer.backbones[0].trainable = False
    transfer.model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    transfer.model.fit(decoded_every_epoch(table, experiment.batch_size), epochs=EPOCHS, verbose=0)


took = seconds({"ours": ours, "notebook": notebook}[side])
said = transfer.model.predict(mk_tf_dataset(val, shuffle=False, image_size=SIZE), verbose=0).argmax(axis=1)
say(took, (said == val["label"]).tolist(), keras=keras.__version__, tensorflow=tf.__version__)
