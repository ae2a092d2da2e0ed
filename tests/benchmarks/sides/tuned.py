"""Five epochs of a backbone's last layers and its head: `tuned.py ours|whole|keras BACKBONE LAYERS`, 320 images.

`whole` runs all layers in every epoch, in the same precision and on images that are decoded once; `keras` in float32,
and on files that are decoded in every epoch. The weights are random, which changes nothing about the time.
"""

import sys
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras_way import decoded_every_epoch
from random_weights import draw_batch_norm
from timing import SEED, SIZE, say, seconds

from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import steps_per_epoch
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_transfer
from auxiliary.networks.cut import cut_network
from auxiliary.training.features import FeatureExtractor, feature_batches
from auxiliary.training.trained_model import compiled

EPOCHS, IMAGES = 5, 320
side, backbone, last = sys.argv[1:]
if side == "keras":
    keras.utils.set_random_seed(SEED)
else:
    runtime.start(SEED)
table = read_table(Path("train.csv")).head(IMAGES)
experiment = TransferExperiment(model_id="m", key="m", learning_rate=1e-4, epochs=EPOCHS, backbone=backbone,
                                head="gap | dense(256)", tune_last=int(last), image_size=SIZE)
steps = steps_per_epoch(len(table), experiment.batch_size)
transfer = build_transfer(experiment, table["label"].nunique(), weights=None)
draw_batch_norm(transfer.model)


def ours() -> None:
    """The frozen layers run once, the others five times."""
    cut = cut_network(transfer)
    extractor = FeatureExtractor(cut.front, cut.layer, np.dtype(tf.as_dtype(cut.front.output.dtype).as_numpy_dtype))
    with tempfile.TemporaryDirectory(dir=".") as folder:
        batches = feature_batches(extractor, experiment, Path(folder), table, seed=SEED, epochs=None)
        fit(cut.rest, batches)


def whole() -> None:
    """All layers run five times."""
    batches = mk_tf_dataset(
        table, image_size=SIZE, batch_size=experiment.batch_size, seed=SEED, epochs=None, cache=True, as_bytes=True
    )
    fit(transfer.model, batches)


def keras_way() -> None:
    """All layers run five times, and files are decoded as often."""
    transfer.model.compile(keras.optimizers.Adam(experiment.learning_rate), "sparse_categorical_crossentropy")
    transfer.model.fit(decoded_every_epoch(table, experiment.batch_size), epochs=EPOCHS, verbose=0)


def fit(model: keras.Model, batches: tf.data.Dataset) -> None:
    """Five epochs as a run of the project does them."""
    model = compiled(model, experiment, experiment.learning_rate, steps)
    model.fit(batches, epochs=EPOCHS, steps_per_epoch=steps, verbose=0)


took = seconds({"ours": ours, "whole": whole, "keras": keras_way}[side])
say(took, keras=keras.__version__, tensorflow=tf.__version__, precision=keras.config.dtype_policy().name)
