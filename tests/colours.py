"""Profiles of tests: one whose networks train in a second, on images of the folder `colours`; and any opened."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auxiliary.project.open import open_project
from auxiliary.project.project import Project

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


def colours_profile(folder: Path, scratch: Sequence[str], transfer: Sequence[str] = (), size: int = 16) -> str:
    """The text of a profile.

    Args:
        folder: of the images.
        scratch: the experiments from scratch, as YAML on one line each; none for a profile without this stage.
        transfer: those with a backbone; `tests.tiny` has one.
        size: of the images in pixels.
    """
    lines = [f"{stage}:\n" + "".join(f"  - {experiment}\n" for experiment in experiments)
             for stage, experiments in (("scratch", scratch), ("transfer", transfer)) if experiments]
    return HEAD.format(folder=folder, size=size) + "".join(lines)


def open_text(text: str, folder: Path, *arguments: Any, **options: Any) -> Project:
    """Write the text of a profile to `profile.yaml` in a folder, and open it, with that folder for its root.

    Other arguments are those of `open_project`; another `root` may be among them.
    """
    profile = folder / "profile.yaml"
    profile.write_text(text, encoding="utf-8")
    return open_project(str(profile), *arguments, **{"root": folder} | options)
