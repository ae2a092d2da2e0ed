"""What settings gain, measured: the table of docs/profiles.md, made from recorded runs."""

from typing import NamedTuple

import pandas as pd

from auxiliary.evaluation.compare import compare
from auxiliary.reporting.ladder import gain_text

LADDER = "cifar10"


class Card(NamedTuple):
    """A setting, and the two experiments of CIFAR-10 that differ in it.

    Attributes:
        setting: what is written in a profile.
        cost: what it costs.
        key: the experiment with it; empty where it has not been measured.
        without: the one without it.
    """

    setting: str
    cost: str
    key: str = ""
    without: str = ""


CARDS = (
    Card("label_smoothing: 0.2", "nothing", "air2_smoothing", "air1_base"),
    Card("augment: translate(2)", "nothing", "air3_translate", "air2_smoothing"),
    Card("whiten", "a convolution whose weights stay", "air4_whiten", "air3_translate"),
    Card("initial=identity", "nothing", "air5_identity", "air4_whiten"),
    Card("sgd(…, shift_rate=64)", "nothing", "air6_shifts", "air5_identity"),
    Card("averaging: lookahead(5)` and `flip(alternating=True)", "twice the memory of the weights",
         "air8_alternating", "air6_shifts"),
    Card("tta: mirror", "twice the time of evaluation", "air9_mirror", "air8_alternating"),
    Card("tta: mirror | shift(1)", "six times the time of evaluation", "air10_six_views", "air8_alternating"),
    *(Card(setting, cost) for setting, cost in (
        ("adamw(0.05), averaging: ema(0.998)", "twice the memory of the weights"),
        ("sizes: [80, 112, 128]", "less time than 128 in all epochs"),
        ("augment: crop, colour, erase, mixup, cutmix, randaugment", "time per image, see below"),
        ("zero_gamma, shortcut=avgpool, se, drop, blurpool", "a little time"),
        ("refit: true", "a second training"),
        ("wise_ft: true", "eleven evaluations on the validation images"),
        ("learning_rate: auto", "100 steps"))),
)


def gains_table(results: pd.DataFrame) -> pd.DataFrame:
    """One row per setting: what it is, its gain in test accuracy in points, with its interval, and its cost.

    Args:
        results: rows as `over_seeds` returns them.
    """
    rows = results[results["dataset"] == LADDER].set_index("key", drop=False)
    return pd.DataFrame([{"setting": f"`{card.setting}`",
                          "gain in points": _gain(rows, card) if card.key else "not measured",
                          "cost": card.cost} for card in CARDS])


def _gain(rows: pd.DataFrame, card: Card) -> str:
    return gain_text(compare(rows.loc[card.key], rows.loc[card.without]))
