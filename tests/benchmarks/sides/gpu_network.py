"""Images per second of a network: `gpu_network.py PROFILE KEY SIZE TABLE BATCH...`, on a batch in memory and fed."""

import json
import sys
from pathlib import Path

import tensorflow as tf
from timing import experiment_of, seconds

from auxiliary.core import runtime
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.epochs import steps_per_epoch, without_autotuning
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_scratch
from auxiliary.training.trained_model import compiled

profile, key, size, table, *counts = sys.argv[1:]
runtime.start(0)
experiment = experiment_of(profile, key)
table, size = read_table(Path(table)), int(size)
classes = table["label"].nunique()
for count in map(int, counts):
    steps = steps_per_epoch(len(table), count)
    model = compiled(build_scratch(experiment.model_copy(update={"image_size": size}), classes),
                     experiment, 1e-4, steps)
    fed = mk_tf_dataset(table, augment=experiment.augment, image_size=size, batch_size=count, epochs=None, cache=True,
                        as_bytes=True, classes=classes if model.loss.name.startswith("categorical") else None)
    one = without_autotuning(tf.data.Dataset.from_tensors(next(iter(fed))).repeat())
    for what, batches in {"step": one, "epoch": fed}.items():
        # The first epoch compiles, and decodes the images.
        model.fit(batches, steps_per_epoch=steps, verbose=0)
        took = seconds(lambda batches=batches, steps=steps, model=model: model.fit(
            batches, epochs=3, steps_per_epoch=steps, verbose=0)) / 3
        print(json.dumps({"what": f"{what}, batches of {count}", "value": round(steps * count / took),
                          "unit": "images/s"}), flush=True)
