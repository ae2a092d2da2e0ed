"""A small backbone for tests."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest

from auxiliary.networks import backbones


@contextmanager
def with_tiny() -> Iterator[None]:
    """Adds a backbone called Tiny with random weights, which is fast."""
    def build(include_top, weights, input_shape):
        import keras

        images = keras.Input(input_shape)
        maps = keras.layers.BatchNormalization()(keras.layers.Conv2D(8, 8, strides=8)(images))
        return keras.Model(images, maps)

    module = ModuleType("tiny_backbone")
    module.build = build
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "tiny_backbone", module)
        patch.setitem(backbones.BACKBONES, "Tiny", backbones.Backbone(
            "Tiny", "tiny_backbone:build", "for tests", 8, 1, 1, 3, rescale=(1 / 255, 0.0)))
        yield
