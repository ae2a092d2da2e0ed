"""What settings gain, measured: the cards of docs/profiles.md, made from recorded runs."""

from typing import NamedTuple

import pandas as pd

from auxiliary.evaluation.compare import compare, difference_text
from auxiliary.reporting.ladder import gain_text

LADDER = "cifar10"
NOT_MEASURED = "not measured"


class Card(NamedTuple):
    """A setting, and the two experiments that differ in it.

    Attributes:
        setting: what is written in a profile.
        cost: what it costs.
        key: the experiment with it.
        without: the one without it.
    """

    setting: str
    cost: str
    key: str
    without: str


# Steps of the profile cifar10-ladder.
STEPS = (
    Card("label_smoothing: 0.2", "nothing", "air2_smoothing", "air1_base"),
    Card("augment: translate(2)", "nothing", "air3_translate", "air2_smoothing"),
    Card("whiten", "a convolution whose weights stay", "air4_whiten", "air3_translate"),
    Card("initial=identity", "nothing", "air5_identity", "air4_whiten"),
    Card("sgd(…, shift_rate=64)", "nothing", "air6_shifts", "air5_identity"),
    Card("averaging: lookahead(5)` and `flip(alternating=True)", "twice the memory of the weights",
         "air8_alternating", "air6_shifts"),
    Card("tta: mirror", "twice the time of evaluation", "air9_mirror", "air8_alternating"),
    Card("tta: mirror | shift(1)", "six times the time of evaluation", "air10_six_views", "air8_alternating"),
)
# Experiments of tools/gains.yaml.
FEW_IMAGES = (
    Card("adamw(0.05)` in place of `adam", "nothing", "base", "adam"),
    Card("averaging: ema(0.998)", "twice the memory of the weights", "base", "no_averaging"),
    Card("augment: crop(0.35)", "[time per image](networks.md#augmentations)", "crop", "base"),
    Card("augment: colour(0.3, 0.3, 0.3, 0.05)", "[time per image](networks.md#augmentations)", "colour", "base"),
    Card("augment: erase(0.3)", "[time per image](networks.md#augmentations)", "erase", "base"),
    Card("augment: mixup(0.2)", "[time per image](networks.md#augmentations)", "mixup", "base"),
    Card("augment: cutmix(1, batches=0.5)", "[time per image](networks.md#augmentations)", "cutmix", "base"),
    Card("augment: randaugment", "[time per image](networks.md#augmentations)", "randaugment", "base"),
    Card("zero_gamma=True", "nothing", "zero_gamma", "base"),
    Card("shortcut=avgpool", "nothing", "avgpool", "base"),
    Card("se=16", "a little time", "se", "base"),
    Card("drop=0.1", "nothing", "drop", "base"),
    Card("blurpool` in place of `pool", "a little time", "blurpool", "base"),
    Card("sizes: [20, 28, 32]", "less time than 32 in all epochs", "sizes", "base"),
    Card("learning_rate: auto", "100 steps", "auto", "base"),
    Card("refit: true", "a second training", "refit", "base"),
)


def gains_table(results: pd.DataFrame, few: pd.DataFrame) -> pd.DataFrame:
    """One row per setting: what it is, its gain in test accuracy in points, with its interval, and its cost.

    Args:
        results: rows as `over_seeds` returns them.
        few: as `tools.measure_gains` measures it.
    """
    rows = results[results["dataset"] == LADDER].set_index("key", drop=False)
    measured = {(row.key, row.without): row for row in few.itertuples()}
    return pd.DataFrame([*(_line(card, *_step(rows, card)) for card in STEPS),
                         *(_line(card, *_few(measured.get((card.key, card.without)))) for card in FEW_IMAGES)])


def _line(card: Card, images: str, gain: str) -> dict[str, str]:
    return {"setting": f"`{card.setting}`", "images": images, "gain in points": gain, "cost": card.cost}


def _step(rows: pd.DataFrame, card: Card) -> tuple[str, str]:
    """The number of training images, and the gain by the accuracies alone."""
    row, other = rows.loc[card.key], rows.loc[card.without]
    return f"{row['train_images']:,}", gain_text(compare(row, other))


def _few(row: tuple | None) -> tuple[str, str]:
    """The same of a measured row, whose two experiments were compared image by image."""
    if row is None:
        return "", NOT_MEASURED
    return f"{row.train_images:,}", difference_text(row.gain, (row.low, row.high), row.p)
