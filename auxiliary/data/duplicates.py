"""Near-duplicates: images that are the same, or nearly, found without comparing every image with every other.

Two images are near-duplicates when their files are identical, or when their perceptual hashes differ in few bits *and*
their thumbnails by little. Hashes alone also agree for images that only share their composition, thumbnails alone for
images of one colour. This finds copies that were recompressed, resized, slightly brightened or cropped by a percent or
two. A mirrored image is no near-duplicate, nor is another image of the same thing. Images of 64 pixels or fewer have no
hash, so they are near-duplicates only when identical.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auxiliary.data.processing.phash import thumbnail_pixels

DUPLICATES = 1     # the version of the rule; raise it when other images become near-duplicates
BITS = 6           # of the 64 of a hash, at most, in which near-duplicates differ
# Of 255, at most, by which the thumbnails of near-duplicates differ in the mean of all 192 values. Measured on
# photographs of animals: up to 13.3 all pairs within 6 bits are one photograph, and at 16.2 comes a recoloured one.
DIFFERENCE = 15

Pairs = tuple[np.ndarray, np.ndarray]


def add_duplicate_groups(clean: pd.DataFrame) -> pd.DataFrame:
    """Number the groups of near-duplicates.

    A group is a connected one: the near-duplicate of an image's near-duplicate is in its group, even if the two are no
    near-duplicates of each other.

    Args:
        clean: what `clean_table` gives: `content_hash`, `phash` and `thumbnail`.

    Returns:
        The images with `group` (int64) in place of `thumbnail`, which nothing else needs: the same number for
        near-duplicates, from 0 by first appearance. An image without a near-duplicate has a group of its own.
    """
    distinct = clean.drop_duplicates("content_hash")
    hashed = np.flatnonzero(distinct["phash"] != "")
    groups = np.arange(len(distinct))
    # Near-duplicates take the number of the first of their group.
    groups[hashed] = hashed[_groups_of_hashed(distinct.iloc[hashed])]
    by_content = pd.Series(groups, index=distinct["content_hash"])
    group = pd.factorize(clean["content_hash"].map(by_content))[0]
    return clean.drop(columns="thumbnail").assign(group=group.astype("int64"))


def has_duplicate_in(train: pd.DataFrame, images: pd.DataFrame) -> pd.Series:
    """For each of some images, whether a training image is in its `group`: booleans on the index of `images`."""
    return images["group"].isin(train["group"])


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


def _groups_of_hashed(images: pd.DataFrame) -> np.ndarray:
    """For each image the place of the first image of its group."""
    hashes = np.array([int(phash, 16) for phash in images["phash"]], "uint64")
    thumbnails = thumbnail_pixels(images["thumbnail"])
    groups = np.arange(len(images))
    for left, right in close_pairs(hashes):
        # Thousands of images alike make millions of pairs, nearly all within a group by then.
        apart = groups[left] != groups[right]
        left, right = left[apart], right[apart]
        difference = np.abs(thumbnails[left].astype("int16") - thumbnails[right]).mean(axis=1)
        if (duplicates := difference <= DIFFERENCE).any():
            groups = _joined(groups, left[duplicates], right[duplicates])
    return groups


def _joined(groups: np.ndarray, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The groups with those of each pair joined, each named after its first image."""
    links = coo_array((np.ones(len(left)), (groups[left], groups[right])), shape=(len(groups), len(groups)))
    numbers = connected_components(links, directed=False)[1][groups]
    _, first = np.unique(numbers, return_index=True)
    return first[np.unique(numbers, return_inverse=True)[1]]
