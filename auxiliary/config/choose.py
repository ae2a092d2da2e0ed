"""Finds the profile that a word of a command line or a notebook's parameter names."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from auxiliary.core.errors import UserError, unknown
from auxiliary.core.paths import REPOSITORY, with_home

PROFILES = REPOSITORY / "notebooks" / "params"
# The profile of images that are given in a profile's place; it names none itself.
IMAGES = PROFILES / "images.yaml"
SUFFIXES = (".yaml", ".yml")


class Choice(NamedTuple):
    """What a word names.

    Attributes:
        file: the profile's file.
        images: the folder or file of images that was given in the profile's place; None where a profile was.
    """

    file: Path
    images: Path | None = None


def choose(name: str) -> Choice:
    """Find a profile by its name in `PROFILES`, by its path, or by the path of images, which `IMAGES` runs on.

    A known name comes first: a folder `demo` in the current one is `./demo`.

    Raises:
        UserError: there is no such thing, with the nearest name.
    """
    path, known = with_home(name), PROFILES / f"{name}.yaml"
    # Unlike Path.is_file and Path.is_dir, these take a name that no file can have.
    if os.sep not in name and os.path.isfile(known):  # noqa: PTH113
        return Choice(known)
    if name and (os.path.isdir(path) or (os.path.isfile(path) and path.suffix not in SUFFIXES)):  # noqa: PTH112, PTH113
        return Choice(IMAGES, path.resolve())
    # Beside the profiles too: a notebook's current folder is its own.
    for file in (path, PROFILES / path):
        if path.suffix in SUFFIXES and os.path.isfile(file):  # noqa: PTH113
            return Choice(file.resolve())
    raise _missing(name, path)


def _missing(name: str, path: Path) -> UserError:
    if path.suffix in SUFFIXES:
        return UserError(f"there is no profile {path}, neither from the current folder {Path.cwd()} nor in {PROFILES}")
    if len(path.parts) > 1 or path.suffix:
        return UserError(f"there is no {path}: give the path of your images, or the name of a profile")
    names = (file.stem for file in PROFILES.glob("*.yaml"))
    return UserError(f"{unknown('profile', name, names)}; nor is there a folder of images of that name")


def as_absolute(name: str) -> str:
    """The same profile or images, as any process finds them from any folder."""
    file, images = choose(name)
    known = os.sep not in name and file == PROFILES / f"{name}.yaml"
    return name if known else str(images or file)


def check_images_given(choice: Choice, overrides: Mapping[str, Any]) -> None:
    """Refuse images that are given twice, or not at all for the profile that names none itself."""
    other = overrides.get("dataset")
    if choice.images and isinstance(other, str) and with_home(other).resolve() != choice.images:
        raise UserError(f"{choice.images} and the `dataset` {other!r} are not the same images: give one of them")
    if choice == Choice(IMAGES) and other is None:
        raise UserError(f"the profile {IMAGES.stem!r} names no images: give their folder in its place, as in "
                        "`python -m auxiliary run ~/my-images`, or `./images` for a folder of its name")
