"""A small backbone for tests, and curves that take no time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

from auxiliary.networks import backbones
from auxiliary.networks.backbone import Backbone, Rescale
from auxiliary.reporting.style import new_figure


@contextmanager
def with_tiny() -> Iterator[None]:
    """Adds a backbone called Tiny with random weights, which is fast."""
    def build(include_top, weights, input_shape):
        import keras

        images = keras.Input(input_shape)
        maps = keras.layers.BatchNormalization(name="norm")(keras.layers.Conv2D(8, 8, strides=8, name="conv")(images))
        return keras.Model(images, maps)

    module = ModuleType("tiny_backbone")
    module.build = build
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "tiny_backbone", module)
        patch.setitem(backbones.BACKBONES, "Tiny", Backbone(
            "Tiny", "for tests", 0.0, 224, 8, 1, 1, 3, Rescale(1 / 255, 0.0), "tiny_backbone:build"))
        yield


@contextmanager
def with_plain_curves() -> Iterator[None]:
    """Lets training in this process save an empty figure: drawing curves takes a third of the time of a small network.

    `tests/reporting` draws them, and so does every command that tests start.
    """
    from auxiliary.training import trainer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "training_figure", lambda *_, **__: new_figure(1, 1))
        yield
