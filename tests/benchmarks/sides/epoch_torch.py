"""An epoch of conv4invto128_dense256 as PyTorch's users do it: DataLoader, torchvision, eager or bfloat16 autocast."""

import itertools
import sys

import pandas as pd
import torch
import torchvision
from timing import SIZE, epochs_of, say
from torch import nn
from torchvision import datasets
from torchvision.transforms import v2

BFLOAT16 = sys.argv[1:] == ["bfloat16"]
transform = v2.Compose([
    v2.ToImage(), v2.RandomHorizontalFlip(), v2.RandomAffine(0, translate=(0.1, 0.1), scale=(0.8, 1.2)),
    v2.ColorJitter(brightness=0.1, saturation=0.2), v2.ToDtype(torch.float32, scale=True),
])
images = datasets.ImageFolder("train", transform)
loader = torch.utils.data.DataLoader(images, batch_size=32, shuffle=True, num_workers=2, persistent_workers=True)
classes = pd.read_csv("train.csv")["label"].nunique()
widths = [3, 16, 32, 64, 128]
convolutions = [layer for one, two in itertools.pairwise(widths)
                for layer in (nn.Conv2d(one, two, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2))]
model = nn.Sequential(*convolutions, nn.Flatten(), nn.Linear(128 * (SIZE // 16) ** 2, 256), nn.ReLU(), nn.Dropout(0.5),
                      nn.Linear(256, classes)).to(memory_format=torch.channels_last)
optimizer, loss_of = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()


def epoch() -> None:
    """Train on every image once."""
    for batch, labels in loader:
        with torch.autocast("cpu", torch.bfloat16, enabled=BFLOAT16):
            loss = loss_of(model(batch.to(memory_format=torch.channels_last)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


say(epochs_of(epoch), torch=torch.__version__, torchvision=torchvision.__version__)
