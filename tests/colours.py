"""A profile whose networks train in a second, on images of the folder `colours`."""

from collections.abc import Sequence
from pathlib import Path

SMALL = "{model_id: small, learning_rate: 0.02, epochs: 2, net: conv(4) | gap | dropout(0.2), note: fast}"
SMALL_ON = "{model_id: small_on, parent: small, learning_rate: 0.01, epochs: 1}"
UNTRAINED = "{model_id: untrained, learning_rate: 0.02, epochs: 0, net: conv(4) | gap}"
HEAD = """
dataset: {folder}
name: colours
image_size: {size}
batch_size: 8
split: {{by: seed}}
sampling: none
"""


def colours_profile(folder: Path, scratch: Sequence[str], transfer: Sequence[str], size: int = 16) -> str:
    """The text of a profile.

    Args:
        folder: of the images.
        scratch: the experiments from scratch, as YAML on one line each.
        transfer: those with a backbone; `tests.tiny` has one.
        size: of the images in pixels.
    """
    lines = [f"{stage}:\n" + "".join(f"  - {experiment}\n" for experiment in experiments)
             for stage, experiments in (("scratch", scratch), ("transfer", transfer))]
    return HEAD.format(folder=folder, size=size) + "".join(lines)
