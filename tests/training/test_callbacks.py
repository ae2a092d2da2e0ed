"""The figures of an epoch."""

from math import isnan, nan

import numpy as np
import pytest

from auxiliary.training.callbacks import epoch_figures


@pytest.mark.parametrize("images", [200, 1000, 2000, 5000])
def test_the_accuracy_of_an_epoch_is_shown_as_that_of_the_results(images):
    for right in range(images + 1):
        accuracy = np.float32(right) / np.float32(images)
        found = epoch_figures({"accuracy": accuracy, "loss": 1.0, "val_accuracy": accuracy, "val_loss": 1.0})
        for name in ("accuracy", "val_accuracy"):
            assert f"{found[name]:.3f}" == f"{right / images:.3f}"
            assert f"{found[name]:.4f}" == f"{right / images:.4f}"


def test_without_validation_images_there_is_no_validation_accuracy():
    found = epoch_figures({"accuracy": 0.5, "loss": 1.0})
    assert found["accuracy"] == 0.5 and isnan(found["val_accuracy"])
    assert all(map(isnan, epoch_figures({"accuracy": 0.5, "loss": nan}).values()))
