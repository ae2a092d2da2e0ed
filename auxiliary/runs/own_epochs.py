"""The epochs of a run itself in its history, and the one whose weights it saved."""

import pandas as pd


def own_epochs(history: pd.DataFrame) -> pd.DataFrame:
    """The rows of a history that are epochs of the run itself and not of its parents, numbered from 0."""
    return history[history["phase"] == "own"].reset_index(drop=True)


def saved_epoch(history: pd.DataFrame, patience: int) -> int:
    """The number of the epoch whose weights were saved, from 1: the last, or what early stopping kept; 0 for none.

    Args:
        history: of a finished run; epochs of its parents are not counted.
        patience: as in its experiment.
    """
    losses = own_epochs(history)["val_loss"]
    # A refit has no validation losses, and the epochs that its parent chose.
    if not patience or losses.isna().all():
        return len(losses)
    # Of equals Keras keeps the first, as `idxmin` does.
    return int(losses.idxmin()) + 1
