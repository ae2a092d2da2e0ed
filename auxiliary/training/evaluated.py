"""What the accuracies of a run are of, where they are not those of the network after its last epoch."""

from auxiliary.runs.labels import averaged_views
from auxiliary.runs.run import Run


def evaluated(run: Run) -> str:
    """Which weights of a finished run were saved, and over how many views of an image its predictions are means.

    Args:
        run: one that did not diverge.

    Returns:
        Such as `averaged weights of epoch 5 of 8, mean over 2 views`; empty for the image itself and the last weights.
    """
    result, epoch = run.result, _saved_epoch(run)
    kind = "averaged weights" if result.averaging else "weights"
    weights = f"{kind} of epoch {epoch}" if epoch else kind if result.averaging else ""
    return ", ".join(filter(None, [weights, averaged_views(result.tta)]))


def _saved_epoch(run: Run) -> str:
    """The epoch whose weights early stopping kept, such as `5 of 8`; empty where that is the last one."""
    history = run.history
    losses = history.loc[history["phase"] == "own", "val_loss"].reset_index(drop=True)
    # A refit has no validation losses, and the epochs that its parent chose.
    if not run.result.patience or losses.isna().all() or losses.idxmin() == len(losses) - 1:
        return ""
    # Of equals Keras keeps the first, as `idxmin` does.
    return f"{losses.idxmin() + 1:,} of {len(losses):,}"
