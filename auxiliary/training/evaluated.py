"""What the accuracies of a run are of, where they are not those of the network after its last epoch."""

from auxiliary.runs.labels import averaged_views
from auxiliary.runs.own_epochs import own_epochs, saved_epoch
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
    result, history = run.result, run.history
    kind, saved = "averaged weights" if result.averaging else "weights", saved_epoch(history, result.patience)
    epochs = len(own_epochs(history))
    return f"{kind} of epoch {saved:,} of {epochs:,}" if saved < epochs else kind if result.averaging else ""
