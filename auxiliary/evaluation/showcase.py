"""The few test pictures of a run whose predictions are explained."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from auxiliary.errors import UserError
from auxiliary.evaluation.metrics import classes

if TYPE_CHECKING:
    import keras


def pick(predictions: pd.DataFrame, n: int = 10, random_state: int = 0) -> np.ndarray:
    """Which pictures to explain: those that `mistakes_sheet` shows, then those of `prediction_sheet`.

    Args:
        predictions: a row a picture.
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


def explain(model: "keras.Model", predictions: pd.DataFrame, df: pd.DataFrame,
            image_size: int) -> dict[str, np.ndarray]:
    """Where the model found evidence for the class it predicted, for the pictures that `pick` chooses.

    Args:
        model: the whole model, from pictures to probabilities.
        predictions: what it says of the pictures.
        df: the table of the pictures in the same order, with `filepath`, `label`, `width` and `height`.
        image_size: side of the pictures that the model takes, in pixels.

    Returns:
        `position`, (M,) int64, the pictures' positions in `predictions`, and `heat`, (M, h, w) float16 in 0..1, as
        `grad_cam` gives it. Nothing where the model has no feature maps.

    Raises:
        UserError: when `predictions` and `df` are of different pictures.
    """
    if list(predictions["filepath"]) != list(df["filepath"]):
        raise UserError("the predictions are of other pictures than the table, or in another order: give the table "
                        "they were made from")
    from auxiliary.data.dataset import mk_tf_dataset
    from auxiliary.evaluation.grad_cam import feature_layer, grad_cam

    if feature_layer(model) is None:
        return {}
    positions = pick(predictions)
    predicted = pd.Index(classes(predictions)).get_indexer(predictions["predicted"].iloc[positions])
    batches = mk_tf_dataset(df.iloc[positions].assign(label=predicted), shuffle=False, image_size=image_size)
    heat = np.concatenate([grad_cam(model, pictures, labels) for pictures, labels in batches])
    return {"position": positions, "heat": heat.astype("float16")}
