"""Images per second in PyTorch: `gpu_torch.py PROFILE KEY SIZE TABLE BATCH...`, on a batch in memory."""

import json
import sys

import torch
from timing import batch_of, seconds
from torch_networks import NETWORKS, Training

_, key, size, _, *counts = sys.argv[1:]
device = "cuda" if torch.cuda.is_available() else "cpu"
for count in map(int, counts if key in NETWORKS else []):
    training = Training(key, *batch_of(count, int(size), classes=10), device)
    steps = max(1, 8192 // count) if device == "cuda" else 4
    training.steps(steps)
    took = seconds(lambda steps=steps, training=training: training.steps(steps))
    print(json.dumps({"what": f"pytorch step, batches of {count}", "value": round(steps * count / took),
                      "unit": "images/s"}), flush=True)
