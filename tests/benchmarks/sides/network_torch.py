"""The steps of `network.py` in PyTorch: `network_torch.py KEY BATCH SIDE`."""

import sys

import torch
from timing import STEPS, batch_of, epochs_of, say
from torch_networks import Training

key, count, side = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
training = Training(key, *batch_of(count, side, classes=10))
say(epochs_of(lambda: training.steps(STEPS)), torch=torch.__version__)
