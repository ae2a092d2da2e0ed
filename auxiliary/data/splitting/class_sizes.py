"""Classes that are too small to be split: they stop the run, or are left out where the profile says so."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from auxiliary.config.profile import Profile
from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import counted, first_few
from auxiliary.data.splitting.publisher_parts import check_parts
from auxiliary.data.splitting.small_classes import Shortage, small_classes

NAMED = 10    # classes that an error names


def check_split(overview: pd.DataFrame, profile: Profile) -> None:
    """Refuse images that cannot be split, which the overview tells before any of them is processed.

    Args:
        overview: one row per file, with `filepath`, `category`, `error` and `publisher_split`.
        profile: says how the images are split, and whether small classes are left out.

    Raises:
        UserError: for fewer than two classes; for a class that is too small, also because none of its files can be
            used, unless the profile leaves small classes out; or for images beside the publisher's parts.
    """
    _checked(overview, profile)


def drop_small_classes(overview: pd.DataFrame, profile: Profile) -> pd.DataFrame:
    """Leave small classes out where the profile says so, and print their names; otherwise refuse them.

    Called once all images were decoded: damage that is found only then can make a class too small.

    Args:
        overview: as for `check_split`.
        profile: as for `check_split`.

    Returns:
        The overview with an `error` for each usable image of a class that is left out.

    Raises:
        UserError: as in `check_split`.
    """
    small = _checked(overview, profile)
    if not small:
        return overview
    notify(f"left out, because of drop_small_classes: {', '.join(_described(small, _reasons(overview, small)))}")
    usable = overview["error"] == ""
    errors = {name: f"class too small: {counted(lack.count, 'usable image')}{lack.where}, {lack.least} needed"
              for name, lack in small.items()}
    error = overview["error"].mask(usable & overview["category"].isin(small), overview["category"].map(errors))
    return overview.assign(error=error)


def _checked(overview: pd.DataFrame, profile: Profile) -> dict[str, Shortage]:
    """The small classes, which the profile allows."""
    usable = overview[overview["error"] == ""]
    check_parts(usable)
    # Files outside every folder have no category.
    small = small_classes(usable, sorted(set(overview["category"]) - {""}), profile.split.fractions)
    _check(usable, small, _reasons(overview, small), profile.drop_small_classes)
    return small


def check_sizes(images: pd.DataFrame, fractions: Sequence[float]) -> None:
    """Refuse usable images that cannot be split.

    Args:
        images: with `category`, and, where there are the publisher's parts, `publisher_split` and `filepath`.
        fractions: as in `split`.

    Raises:
        UserError: for bad fractions, fewer than two classes, a class that is too small, or images beside the
            publisher's parts.
    """
    check_parts(images)
    _check(images, small_classes(images, sorted(images["category"].unique()), fractions), {}, dropped=False)


def _check(usable: pd.DataFrame, small: Mapping[str, Shortage], reasons: Mapping[str, str], dropped: bool) -> None:
    left = sorted(set(usable["category"]) - (set(small) if dropped else set()))
    if len(left) < 2:
        lost = {name: lack for name, lack in small.items() if name not in left}
        others = f" ({first_few(_described(lost, reasons), NAMED)})" if lost else ""
        raise UserError(f"at least two categories with usable images are needed, found {', '.join(left) or 'none'}"
                        f"{others}: put the images of each category into a folder of its own")
    if small and not dropped:
        raise UserError("; ".join(_by_place(small, reasons)) + "; add images, remove the folders, or leave such "
                        "categories out: `-p drop_small_classes true`")


def _by_place(small: Mapping[str, Shortage], reasons: Mapping[str, str]) -> Iterable[str]:
    """What is missing in each part, with the names of the classes."""
    for part, least in dict.fromkeys((lack.part, lack.least) for lack in small.values()):
        here = {name: lack for name, lack in small.items() if lack.part == part}
        named = [f"{name} has {lack.count}{reasons.get(name, '')}" for name, lack in here.items()]
        where = next(iter(here.values())).where or " to split"
        yield f"too few images{where}, {least} per category are needed: {first_few(named, NAMED)}"


def _described(small: Mapping[str, Shortage], reasons: Mapping[str, str]) -> list[str]:
    """Each class with what it has and needs."""
    return [f"{name} has {counted(lack.count, 'image')}{lack.where} and needs {lack.least}{reasons.get(name, '')}"
            for name, lack in small.items()]


def _reasons(overview: pd.DataFrame, names: Iterable[str]) -> dict[str, str]:
    """For each of some classes without a usable file the commonest reason, in brackets."""
    files = overview[overview["category"].isin(set(names))]
    reasons = {}
    for name, errors in files.groupby("category")["error"]:
        if (errors != "").all():
            many = f", {len(errors):,} files" if len(errors) > 1 else ""
            reasons[name] = f" ({errors.mode()[0]}{many})"
    return reasons
