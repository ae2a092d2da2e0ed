"""Augmented images per second: `gpu_feed.py PROFILE KEY SIZE TABLE all|CORES`, in batches of 256."""

import json
import os
import sys
import time
from pathlib import Path

from timing import experiment_of

from auxiliary.core import runtime

SECONDS = 5.0
profile, key, size, table, cores = sys.argv[1:]
if cores != "all":
    # Before TensorFlow starts its threads.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:int(cores)])
runtime.start(0)

from auxiliary.data.dataset import mk_tf_dataset  # noqa: E402
from auxiliary.data.tables import read_table  # noqa: E402

experiment = experiment_of(profile, key)
table = read_table(Path(table))
batches = iter(mk_tf_dataset(table, augment=experiment.augment, image_size=int(size), batch_size=256, epochs=None,
                             cache=True, as_bytes=True, classes=table["label"].nunique()))

# In the first epoch images are decoded.
for _ in range(-(-len(table) // 256)):
    next(batches)
# Some batches are there already, so that many more are taken.
began, images = time.perf_counter(), 0
while time.perf_counter() - began < SECONDS:
    images += len(next(batches)[1])
rate = images / (time.perf_counter() - began)
print(json.dumps({"what": f"feed, {cores} cores", "value": round(rate), "unit": "images/s"}))
