"""The epoch whose weights a run saved."""

import pandas as pd


def saved_epoch(own: pd.DataFrame, patience: int) -> int:
    """The number of the epoch whose weights were saved, from 1: the last, or what early stopping kept; 0 for none.

    Args:
        own: the history of a finished run, without the epochs of its parents.
        patience: as in its experiment.
    """
    losses = own["val_loss"].reset_index(drop=True)
    # A refit has no validation losses, and the epochs that its parent chose.
    if not patience or losses.isna().all():
        return len(losses)
    # Of equals Keras keeps the first, as `idxmin` does.
    return int(losses.idxmin()) + 1
