"""Balancing the training images: as many of every category."""

import pandas as pd

from auxiliary.config.experiment import Experiment
from auxiliary.core.errors import UserError, unknown

SAMPLINGS = {"smallest": "min", "mean": "mean", "largest": "max"}   # of the categories' sizes


def sampled(experiment: Experiment, train: pd.DataFrame) -> pd.DataFrame:
    """The training images of an experiment: every category brought to the size that its `sampling` asks for."""
    size = sampling_size(train, experiment.sampling)
    return train if size is None else sample_to_n(train, size)


def sampling_size(df: pd.DataFrame, sampling: str) -> int | None:
    """How many images per category a way of sampling asks for.

    Args:
        df: rows with `category`.
        sampling: "smallest", "mean" (rounded down) or "largest" category, or "none" for no sampling.

    Returns:
        The number, or None for "none".

    Raises:
        UserError: for any other `sampling`.
    """
    if sampling == "none":
        return None
    if sampling not in SAMPLINGS:
        raise unknown("sampling", sampling, [*SAMPLINGS, "none"])
    return int(df["category"].value_counts().agg(SAMPLINGS[sampling]))


def sample_to_n(df: pd.DataFrame, n: int, random_state: int = 5) -> pd.DataFrame:
    """Draw exactly `n` rows of every category.

    A category with `n` rows or more gives `n` different ones. A smaller one of `m` rows gives every row
    `n // m` times, and `n % m` different rows once more: none is lost, and repeats differ by one at most.

    Args:
        df: rows with `category`.
        n: rows per category, at least 1.
        random_state: seed of the draws.

    Returns:
        The rows, categories in sorted order, with a new index.

    Raises:
        UserError: `n` is less than 1.

    Example:
        `sample_to_n(train, sampling_size(train, "largest"))`
    """
    # Here, because whoever only plans a run need not wait for scikit-learn.
    from sklearn.utils import resample

    if n < 1:
        raise UserError(f"{n} images per category cannot be sampled: at least 1 is needed")
    samples = []
    for _, rows in df.groupby("category"):
        repeats, remainder = divmod(n, len(rows))
        samples += [rows] * repeats
        if remainder:
            samples.append(resample(rows, replace=False, n_samples=remainder, random_state=random_state))
    return pd.concat(samples, ignore_index=True)
