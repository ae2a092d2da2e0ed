"""WiSE-FT (Wortsman et al. 2022): the weights of a tuned network, averaged with those that its tuning started from.

https://arxiv.org/abs/2109.01903
"""

import time
from collections.abc import Sequence

import numpy as np
import pandas as pd

from auxiliary.core.progress import track
from auxiliary.evaluation.metrics import scores
from auxiliary.networks.averages import SHARES
from auxiliary.training.callbacks import HISTORY
from auxiliary.training.fit import Fitted
from auxiliary.training.job import Job
from auxiliary.training.setup import TrainingSetup, predict_split


def fit_wise_ft(job: Job, setup: TrainingSetup) -> Fitted:
    """Average the parent's weights with those that it started from, and save the shares that were tried.

    The share with the lowest validation loss is chosen; of equal losses the smallest. An interrupted run starts again,
    for nothing is trained.

    Args:
        job: an experiment with `wise_ft`; the runs of its parent and of that one's parent are finished.
        setup: its models with the parent's weights; they get the average.
    """
    began, tuned = time.perf_counter(), setup.model.get_weights()
    setup.model.load_weights(job.parent.start.run.model)
    start, rows = setup.model.get_weights(), []
    for share in track(SHARES, job.label, len(SHARES), "share"):
        setup.set_weights(average_weights(start, tuned, share))
        on_val = scores(predict_split(job, setup, job.project.val))
        rows.append((share, on_val.accuracy, on_val.loss))
    table = pd.DataFrame(rows, columns=["share", "val_accuracy", "val_loss"])
    best = table["val_loss"].idxmin()
    setup.set_weights(average_weights(start, tuned, table.loc[best, "share"]))
    job.run.save_history(job.parent.run.history.assign(phase="parent"))
    job.run.save_shares(table.assign(chosen=table.index == best))
    return Fitted(pd.DataFrame(columns=HISTORY), time.perf_counter() - began)


def average_weights(start: Sequence[np.ndarray], tuned: Sequence[np.ndarray], share: float) -> list[np.ndarray]:
    """(1 - share) x start + share x tuned, also for the averages of batch norm.

    Args:
        start: the weights before the tuning, in Keras's order.
        tuned: those after it, of the same shapes.
        share: of the tuned weights, 0 to 1.

    Returns:
        Weights of the dtypes of `tuned`. Those that tuning left as they were stay so to the last bit.
    """
    # In float64, so that rounding does not change weights that are equal in both.
    return [((1 - share) * before.astype("float64") + share * after.astype("float64")).astype(after.dtype)
            for before, after in zip(start, tuned, strict=True)]
