"""Training that diverges: the first loss that is not finite ends it, and no accuracy is claimed."""

from collections.abc import Iterable
from math import isfinite, nan
from typing import Any

import keras
import numpy as np
import pandas as pd

from auxiliary.evaluation.predictions import PROBABILITY

Logs = dict[str, Any]
LOSSES = ["loss", "val_loss"]


class StopAtDivergence(keras.callbacks.Callback):
    """Ends training at the first loss, of a batch or of the validation images, that is infinite or not a number.

    With float16 an optimiser passes over steps whose gradients overflow: their loss is finite, and training goes on.
    """

    # Keras calls it beside training, so that a GPU need not wait. It may end a few batches later, and so the figures of
    # that epoch are not kept, see `without_divergence`.
    async_safe = True

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Look at the mean loss of the epoch so far: once one batch's is not finite, neither is the mean."""
        self._look_at(logs["loss"])

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Look at both losses of the epoch."""
        self._look_at(*(logs[name] for name in LOSSES if name in logs))

    def _look_at(self, *losses: float) -> None:
        if not all(map(isfinite, losses)):
            self.model.stop_training = True


def without_divergence(logs: Logs) -> dict[str, float]:
    """The figures of an epoch: all NaN where its training loss is not finite, or those of the validation images.

    Those of the validation images are NaN, too, where a refit has none.
    """
    figures = {name: float(logs.get(name, nan)) for name in ("accuracy", "loss", "val_accuracy", "val_loss")}
    if not isfinite(figures["loss"]):
        return dict.fromkeys(figures, nan)
    return figures if isfinite(figures["val_loss"]) else figures | {"val_accuracy": nan, "val_loss": nan}


def divergence_of(history: pd.DataFrame, validated: bool = True) -> str:
    """Where training diverged, such as `in epoch 3`; empty where it did not.

    Args:
        history: one row per own epoch, with `epoch`, `loss` and `val_loss`.
        validated: whether there were validation images; those of a refit are among its training images.
    """
    # A table without rows has no types of its own.
    losses = history[LOSSES if validated else LOSSES[:1]].to_numpy("float64")
    lost = history["epoch"][~np.isfinite(losses).all(axis=1)]
    return f"in epoch {lost.iloc[0]}" if len(lost) else ""


def divergence_in(predictions: Iterable[pd.DataFrame]) -> str:
    """`in its predictions` where a probability is not finite; else empty."""
    finite = all(np.isfinite(table.filter(regex=f"^{PROBABILITY}")).all(axis=None) for table in predictions)
    return "" if finite else "in its predictions"
