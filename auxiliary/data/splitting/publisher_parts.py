"""The publisher's parts of a data set: what stays as it is, and what is cut from the training images."""

from collections.abc import Collection, Sequence
from fractions import Fraction

import pandas as pd

from auxiliary.config.shares import exact_shares
from auxiliary.core.errors import UserError
from auxiliary.core.text import counted
from auxiliary.data.duplicates import has_duplicate_in
from auxiliary.data.folders.part_names import IN_WORDS
from auxiliary.data.splitting.split_record import SPLITS


def kept_parts(images: pd.DataFrame) -> tuple[str, ...]:
    """Which of the publisher's parts stay as they are: `val`, `test`, both in this order, or none.

    Args:
        images: one row per image; `publisher_split` may be missing.
    """
    found = set(images["publisher_split"]) if "publisher_split" in images else set()
    return tuple(part for part in SPLITS[1:] if part in found)


def images_in(images: pd.DataFrame, part: str) -> pd.DataFrame:
    """The images that the publisher put into a part."""
    return images[images["publisher_split"] == part]


def cut_shares(kept: Collection[str], fractions: Sequence[float]) -> dict[str, Fraction]:
    """The splits that are cut, the training set first, and the share of each in the images that are cut.

    Where a part is kept, these are the publisher's training images, and the one of `fractions` that is for a missing
    part is a share of them.

    Args:
        kept: what `kept_parts` gives.
        fractions: shares of training, validation and test set.

    Raises:
        UserError: for bad fractions.
    """
    try:
        shares = dict(zip(SPLITS, exact_shares(fractions), strict=True))
    except ValueError as error:
        raise UserError(str(error)) from None
    if not kept:
        return shares
    missing = {name: share for name, share in shares.items() if name != "train" and name not in kept}
    return {"train": 1 - sum(missing.values())} | missing


def check_parts(images: pd.DataFrame) -> None:
    """Refuse images that lie beside the publisher's parts; `UserError` names the first."""
    parts = images["publisher_split"] if "publisher_split" in images else pd.Series("", images.index)
    outside = images[~parts.isin(SPLITS)]
    if len(outside) and (parts != "").any():
        raise UserError(f"{counted(len(outside), 'image')} in no part beside the publisher's parts "
                        f"({', '.join(name for name in SPLITS if name in set(parts))}), such as "
                        f"{outside['filepath'].iloc[0]}: move them into the folder of a part, or name "
                        "their part in the CSV file")


def parts_sentence(images: pd.DataFrame, fractions: Sequence[float]) -> str:
    """One sentence: which of the publisher's parts are kept, and what is cut from the training images.

    Args:
        images: one row per image, with `publisher_split`; at least one part is kept.
        fractions: as for `cut_shares`.
    """
    kept = kept_parts(images)
    sizes = [f"{IN_WORDS[part]} set ({counted(len(images_in(images, part)), 'image')})" for part in kept]
    _, *cut = cut_shares(kept, fractions).items()
    own = counted(len(images_in(images, "train")), "training image")
    rest = [f"{float(share):g} of its {own} become the {IN_WORDS[name]} set" for name, share in cut]
    return (f"The publisher's {' and '.join(sizes)} {'is' if len(kept) == 1 else 'are'} kept; "
            f"{''.join(rest) or f'its {own} are all for training'}.")


def leaks_sentence(images: pd.DataFrame) -> str:
    """One sentence: how many images of each part that is kept have a near-duplicate in the parts before it.

    Args:
        images: one row per image, with `publisher_split` and `group`; at least one part is kept.
    """
    parts = {name: images_in(images, name) for name in ("train", *kept_parts(images))}
    counts = [
        f"{int(has_duplicate_in(parts[earlier], parts[part]).sum()):,} of "
        f"{counted(len(parts[part]), f'{IN_WORDS[part]} image')} have one among the {IN_WORDS[earlier]} images"
        for place, part in enumerate(parts) for earlier in list(parts)[:place]]
    return f"Near-duplicates across the publisher's parts: {', '.join(counts)}."
