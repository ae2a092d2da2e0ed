"""Fixtures of the tests of operations."""

import pytest


@pytest.fixture(scope="session")
def built():
    """Builds the Keras model of a spec without its final layer: `built("conv(4)", (8, 8, 3))`."""
    import keras

    from auxiliary.networks.operations.registry import named_operations

    def build(spec: str, shape: tuple[int | None, ...]) -> keras.Model:
        inputs = x = keras.Input(shape)
        for name, step in named_operations(spec):
            x = step.build(keras, x, name)
        return keras.Model(inputs, x)

    return build
