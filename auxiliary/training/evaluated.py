"""What the accuracies of a run are of, where they are not those of the network after its last epoch."""

import pandas as pd

from auxiliary.runs.labels import averaged_views, mixed_weights
from auxiliary.runs.run import Run


def evaluated(run: Run) -> str:
    """Which weights of a finished run were saved, and over how many views of an image its predictions are means.

    Args:
        run: one that did not diverge.

    Returns:
        Such as `averaged weights of epoch 5 of 8, mean over 2 views`; empty for the image itself and the last weights.
    """
    return ", ".join(filter(None, [_weights(run), averaged_views(run.result.tta)]))


def _weights(run: Run) -> str:
    result, shares, own = run.result, run.shares, run.history.query("phase == 'own'")
    if len(shares):
        return mixed_weights(result.parent, shares)
    kind, saved = "averaged weights" if result.averaging else "weights", saved_epoch(own, result.patience)
    return f"{kind} of epoch {saved:,} of {len(own):,}" if saved < len(own) else kind if result.averaging else ""


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
