"""Near-duplicates: images that are the same, or nearly, found without comparing every image with every other.

Two images are twins when their files are identical, or when they look the same: their perceptual hashes differ in
few bits *and* their thumbnails by little. The hash alone also meets in images that only share their composition,
thumbnails alone in images of one colour. Found are copies that were recompressed, resized, slightly brightened or
cropped by a percent or two; a mirrored image is no twin, nor is another image of the same thing. Images of 64
pixels or fewer have no look, so they are twins only when identical.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auxiliary.core.errors import ImageError, UserError
from auxiliary.data.phash import read_look

DUPLICATES = 1          # the version of the rule; raise it when other images become twins
BITS = 6           # of the 64 of a hash, at most, in which twins differ
# Of 255, at most, by which the thumbnails of twins differ in the mean of all 192 values. Looked up on photographs of
# animals: up to 13.3 all pairs within 6 bits are one photograph, and at 16.2 comes a recoloured one.
DIFFERENCE = 15

Pairs = tuple[np.ndarray, np.ndarray]


def add_duplicate_groups(clean: pd.DataFrame) -> pd.DataFrame:
    """Number the groups of twins.

    A group is all that hangs together: an image's twin's twin is in its group, even if the two are no twins.

    Args:
        clean: images with `filepath`, `content_hash` and `phash`.

    Returns:
        The images, and `group` (int64): the same number for twins, from 0 by first appearance. An image without
        a near-duplicate has a group of its own.

    Raises:
        UserError: an image whose thumbnail is needed is gone, or has no look any more.
    """
    unlike = clean.drop_duplicates("content_hash")
    looked = np.flatnonzero(unlike["phash"] != "")
    groups = np.arange(len(unlike))
    # What looks the same takes the number of the first of its group.
    groups[looked] = looked[_groups_of_looks(unlike.iloc[looked])]
    of_content = pd.Series(groups, index=unlike["content_hash"])
    return clean.assign(group=pd.factorize(clean["content_hash"].map(of_content))[0].astype("int64"))


def has_duplicate_in(train: pd.DataFrame, part: pd.DataFrame) -> pd.Series:
    """For each image of `part`, whether a training image is in its `group`: booleans on its index."""
    return part["group"].isin(train["group"])


def close_pairs(hashes: np.ndarray, bits: int = BITS) -> Iterator[Pairs]:
    """Find all pairs of hashes that differ in few bits, each pair once.

    Two hashes that differ in `bits` bits agree in at least one of `bits + 1` bands of theirs. So within each band they
    are sorted, and compared only with those that agree in it. Memory stays at a few times that of the hashes,
    however many pairs there are.

    Args:
        hashes: of 64 bits each (uint64).
        bits: how many may differ.

    Yields:
        Places of the one and of the other hash of some of the pairs.
    """
    masks = _bands(bits + 1)
    for number, mask in enumerate(masks):
        order = np.argsort(hashes & mask, kind="stable")
        ordered = hashes[order]
        band = ordered & mask
        places = np.arange(len(hashes))
        for step in range(1, len(hashes)):
            places = places[places < len(hashes) - step]
            places = places[band[places] == band[places + step]]
            if not len(places):
                break
            differing = ordered[places] ^ ordered[places + step]
            close = np.bitwise_count(differing) <= bits
            for earlier in masks[:number]:    # agreeing in an earlier band, they were found there
                close &= (differing & earlier) != 0
            if close.any():
                yield order[places[close]], order[places[close] + step]


def _bands(count: int) -> list[np.uint64]:
    """Masks that cut 64 bits into bands of nearly the same width."""
    edges = [64 * number // count for number in range(count + 1)]
    return [np.uint64((1 << high) - (1 << low)) for low, high in pairwise(edges)]


def _groups_of_looks(images: pd.DataFrame) -> np.ndarray:
    """For each image the place of the first image of its group."""
    hashes = np.array([int(phash, 16) for phash in images["phash"]], "uint64")
    thumbnails = _Thumbnails(images["filepath"].tolist())
    groups = np.arange(len(images))
    for left, right in close_pairs(hashes):
        # Thousands of images alike make millions of pairs, nearly all within a group by then.
        apart = groups[left] != groups[right]
        left, right = left[apart], right[apart]
        twins = thumbnails.differences(left, right) <= DIFFERENCE
        if twins.any():
            groups = _joined(groups, left[twins], right[twins])
    return groups


def _joined(groups: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The groups with those of each pair joined, each named after its first image."""
    links = coo_array((np.ones(len(left)), (groups[left], groups[right])), shape=(len(groups), len(groups)))
    numbers = connected_components(links, directed=False)[1][groups]
    _, first = np.unique(numbers, return_index=True)
    return first[np.unique(numbers, return_inverse=True)[1]]


class _Thumbnails:
    """The thumbnails of images, read from their files when first asked for."""

    def __init__(self, files: list[str]):
        self._files = files
        self._pixels = np.zeros((len(files), 192), "uint8")
        self._is_read = np.zeros(len(files), bool)

    def differences(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """By how much the images of each pair differ: the mean over all values, 0 to 255."""
        asked = np.concatenate([left, right])
        for place in np.unique(asked[~self._is_read[asked]]):
            self._pixels[place] = np.frombuffer(_thumbnail(self._files[place]), "uint8")
            self._is_read[place] = True
        return np.abs(self._pixels[left].astype("int16") - self._pixels[right]).mean(axis=1)


def _thumbnail(file: str) -> bytes:
    try:
        look = read_look(Path(file))
    except (OSError, ImageError):
        look = None
    if look is None:
        raise UserError(f"{file} is gone or was changed since it was made: delete it, and notebook 01 makes it again "
                        "(python -m auxiliary run PROFILE --only 01)")
    return look.thumbnail
