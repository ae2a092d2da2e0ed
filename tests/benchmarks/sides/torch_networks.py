"""Networks of the profiles in PyTorch, layer by layer the same, by the key of their experiment."""

from itertools import pairwise

import numpy as np
import torch
from torch import nn


def conv(one: int, two: int, side: int = 3, stride: int = 1) -> list[nn.Module]:
    """A convolution with batch norm."""
    return [nn.Conv2d(one, two, side, stride, side // 2, bias=False), nn.BatchNorm2d(two)]


class Block(nn.Module):
    """Two convolutions, added to their input, of which `mean` takes the mean where there is a stride."""

    def __init__(self, one: int, two: int, stride: int, mean: bool) -> None:
        super().__init__()
        self.branch = nn.Sequential(*conv(one, two, stride=stride), nn.ReLU(), *conv(two, two))
        shortcut = conv(one, two, 1, 1 if mean else stride)
        if mean and stride > 1:
            shortcut.insert(0, nn.AvgPool2d(stride, ceil_mode=True, count_include_pad=False))
        self.shortcut = nn.Sequential(*shortcut) if one != two else nn.Identity()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """The block's output."""
        return torch.relu(self.shortcut(images) + self.branch(images))


def ending(channels: int, classes: int, dropout: float) -> list[nn.Module]:
    """The mean of each channel, and a probability per class."""
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(dropout), nn.Linear(channels, classes)]


def airbench94(classes: int) -> nn.Module:
    """`air8_alternating` of cifar10-ladder."""
    layers = [nn.Conv2d(3, 24, 2), nn.ReLU()]
    for one, two in pairwise((24, 64, 256, 256)):
        layers += [nn.Conv2d(one, two, 3, padding=1, bias=False), nn.MaxPool2d(2), nn.BatchNorm2d(two), nn.ReLU(),
                   *conv(two, two), nn.ReLU()]
    return nn.Sequential(*layers, nn.MaxPool2d(3), nn.Flatten(), nn.Linear(256, classes, bias=False))


def resnet(classes: int) -> nn.Module:
    """`resnet_5000_hour` of animals10."""
    layers = []
    for one, two, stride in ((3, 16, 2), (16, 32, 1), (32, 48, 1)):
        layers += [*conv(one, two, stride=stride), nn.ReLU()]
    layers, channels = [*layers, nn.MaxPool2d(2)], 48
    for width, stride, repeat in ((48, 1, 1), (128, 2, 2), (256, 2, 3), (512, 2, 1)):
        for number in range(repeat):
            layers.append(Block(channels, width, 1 if number else stride, mean=True))
            channels = width
    return nn.Sequential(*layers, *ending(channels, classes, 0.1))


def resnet8(classes: int) -> nn.Module:
    """`resnet8` of animals10."""
    blocks = [Block(one, two, stride, mean=False) for one, two, stride in ((32, 64, 1), (64, 128, 2), (128, 256, 2))]
    return nn.Sequential(nn.Conv2d(3, 32, 3, 2, 1), nn.ReLU(), nn.MaxPool2d(2), *blocks, *ending(256, classes, 0.2))


def conv5(classes: int) -> nn.Module:
    """`conv5invto128_dense1` of animals10."""
    layers = [layer for one, two in pairwise((3, 8, 16, 32, 64, 128))
              for layer in (nn.Conv2d(one, two, 3), nn.ReLU(), nn.MaxPool2d(2))]
    return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, classes))


NETWORKS = {"air8_alternating": airbench94, "resnet_5000_hour": resnet, "resnet8": resnet8,
            "conv5invto128_dense1": conv5}


class Training:
    """Steps of training on one batch, in bfloat16 and with channels last.

    Args:
        key: of the experiment.
        images: (N, side, side, 3) float32 in 0..255.
        labels: (N,) int64.
        device: `cpu` or `cuda`.
    """

    def __init__(self, key: str, images: np.ndarray, labels: np.ndarray, device: str = "cpu") -> None:
        self._device = device
        images = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
        self._images = images.to(device, memory_format=torch.channels_last)
        self._labels = torch.from_numpy(labels).to(device)
        self.model = NETWORKS[key](int(labels.max()) + 1).to(device, memory_format=torch.channels_last)
        self.model(self._images)    # gives lazy layers their shapes
        self._optimizer = torch.optim.SGD(self.model.parameters(), 0.01, 0.85, nesterov=True) if (
            key.startswith("air")) else torch.optim.AdamW(self.model.parameters(), 1e-4)
        self._loss_of = nn.CrossEntropyLoss()

    def steps(self, count: int) -> None:
        """So many steps."""
        for _ in range(count):
            with torch.autocast(self._device, torch.bfloat16):
                loss = self._loss_of(self.model(self._images), self._labels)
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
        if self._device == "cuda":
            torch.cuda.synchronize()
