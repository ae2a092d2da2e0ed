"""Families of networks, each with a colour and a marker of its own."""

from collections.abc import Iterable, Mapping

import pandas as pd

from auxiliary.core.text import counted, counting_order
from auxiliary.reporting.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILLION

# Colours repeat after seven, markers after eight, so that up to 56 families can be told apart.
COLOURS = (VERMILLION, BLUE, GREEN, ORANGE, PURPLE, SKY, GREY)
MARKERS = ("s", "o", "^", "D", "v", "P", "X", "<")
PLAIN = {"conv", "pool", "flatten", "gap", "dense", "dropout"}    # operations of a plain convolutional network
OTHER = "other networks from scratch"


def family_of(row: pd.Series) -> str:
    """The family of a row: its backbone; of plain networks from scratch the number of convolutions.

    Args:
        row: a row of `read_results` or `over_seeds`.

    Returns:
        Such as `MobileNetV2`, `4 convolutions`, or `3 convolutions, no dropout`.
    """
    if row["backbone"]:
        return str(row["backbone"])
    operations = [text.partition("(")[0].strip() for text in row["network"].split("|")]
    if not PLAIN.issuperset(operations) or "conv" not in operations:
        return OTHER
    return counted(operations.count("conv"), "convolution") + ("" if "dropout" in operations else ", no dropout")


def family_marks(families: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """The colour and the marker of each family: those from scratch first, by the number of their convolutions."""
    names = sorted(set(families), key=lambda name: (not name[0].isdigit(), name != OTHER, counting_order(name)))
    return {name: (COLOURS[place % len(COLOURS)], MARKERS[place % len(MARKERS)]) for place, name in enumerate(names)}
