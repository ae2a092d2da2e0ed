"""The few test images of a run whose predictions are explained."""

import numpy as np
import pandas as pd


def pick(predictions: pd.DataFrame, n: int = 10, random_state: int = 0) -> np.ndarray:
    """Which images to explain: those that `mistakes_sheet` shows, then those of `prediction_sheet`.

    Args:
        predictions: a row an image.
        n: how many of the surest mistakes, and how many at random, at most.
        random_state: of the choice at random.

    Returns:
        (M,) int64 positions in `predictions`, none twice: up to n mistakes, the surest first, then the others.
    """
    table = predictions.reset_index(drop=True)
    chosen = surest_mistakes(table).index[:n].append(at_random(table, n, random_state).index)
    return chosen.unique().to_numpy("int64")


def surest_mistakes(predictions: pd.DataFrame) -> pd.DataFrame:
    """The wrong predictions, the one that the model was surest of first."""
    wrong = predictions[predictions["category"] != predictions["predicted"]]
    return wrong.sort_values("confidence", ascending=False, kind="stable")


def at_random(predictions: pd.DataFrame, n: int, random_state: int) -> pd.DataFrame:
    """`n` predictions chosen at random, or as many as there are; the same for the same `random_state`."""
    return predictions.sample(min(n, len(predictions)), random_state=random_state)


PROBABILITY = "p:"    # how the columns of a predictions frame that hold class probabilities begin


def classes(predictions: pd.DataFrame) -> list[str]:
    """The class names of a predictions frame, in the order of its `p:` columns."""
    return [name.removeprefix(PROBABILITY) for name in predictions.columns if name.startswith(PROBABILITY)]
