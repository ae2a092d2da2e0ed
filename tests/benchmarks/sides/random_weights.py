"""Random weights that take as long as trained ones."""

import keras
import numpy as np


def draw_batch_norm(model: keras.Model) -> None:
    """Give batch norm random numbers: fresh ones are zeros and ones, which a graph of constants leaves out."""
    generator = np.random.default_rng(0)
    for weight in model.weights:
        if weight.name in ("gamma", "moving_variance"):
            weight.assign(generator.uniform(0.9, 1.1, weight.shape))
        elif weight.name in ("beta", "moving_mean"):
            weight.assign(generator.normal(0, 0.05, weight.shape))
