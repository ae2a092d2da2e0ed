"""Predictions frames: their class columns, and the choice of images to show."""

import numpy as np
import pandas as pd

from auxiliary.data.tables import originals

PROBABILITY = "p:"    # prefix of the columns that hold class probabilities


def classes(predictions: pd.DataFrame) -> list[str]:
    """The class names of a predictions frame, in the order of its `p:` columns."""
    return [name.removeprefix(PROBABILITY) for name in predictions.columns if name.startswith(PROBABILITY)]


def with_groups(predictions: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Predictions with the number of each image's group of near-duplicates, and with the path of the user's own file.

    Args:
        predictions: one row per image, with `filepath`.
        images: a table of these images, with `filepath`, `group` and `original`.

    Returns:
        The predictions with `group`, which is missing where `images` lacks the image, and `original`, which is then "".
    """
    groups, files = (dict(zip(images["filepath"], column, strict=True))
                     for column in (images["group"], originals(images)))
    found = {"group": predictions["filepath"].map(groups), "original": predictions["filepath"].map(files).fillna("")}
    # In one step, because pandas warns of columns that are added to hundreds.
    return pd.concat([predictions, pd.DataFrame(found)], axis=1)


def one_per_group(predictions: pd.DataFrame) -> pd.DataFrame:
    """The first row of each group of near-duplicates; all rows if there is no column `group`."""
    if "group" not in predictions:
        return predictions
    return predictions[~predictions["group"].duplicated() | predictions["group"].isna()]


def most_confident_mistakes(predictions: pd.DataFrame) -> pd.DataFrame:
    """The wrong predictions, the most confident first; with a column `group`, one of each group of near-duplicates."""
    wrong = predictions[predictions["category"] != predictions["predicted"]]
    return one_per_group(wrong.sort_values("confidence", ascending=False, kind="stable"))


def at_random(predictions: pd.DataFrame, n: int, random_state: int) -> pd.DataFrame:
    """`n` predictions chosen at random, or as many as there are; the same for the same `random_state`."""
    return predictions.sample(min(n, len(predictions)), random_state=random_state)


def pick(predictions: pd.DataFrame, n: int = 10, random_state: int = 0) -> np.ndarray:
    """The images to explain: those of `mistakes_sheet`, then those of `prediction_sheet`.

    Args:
        predictions: one row per image.
        n: number of the most confident mistakes, and of images chosen at random, at most.
        random_state: seed of the random choice.

    Returns:
        (M,) int64 positions in `predictions`, without repetition: up to n mistakes, the most confident first, then
        the others.
    """
    table = predictions.reset_index(drop=True)
    chosen = most_confident_mistakes(table).index[:n].append(at_random(table, n, random_state).index)
    return chosen.unique().to_numpy("int64")
