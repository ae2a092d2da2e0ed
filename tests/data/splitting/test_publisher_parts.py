import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.splitting.publisher_parts import cut_shares, kept_parts, leaks_sentence, parts_sentence

FRACTIONS = (0.7, 0.2, 0.1)


def images(**groups: list[int]) -> pd.DataFrame:
    """The groups of each part: `images(train=[0, 1], test=[1, 2])`."""
    rows = [(part, number) for part, numbers in groups.items() for number in numbers]
    return pd.DataFrame(rows, columns=["publisher_split", "group"])


@pytest.mark.parametrize(("parts", "kept", "shares"), [
    ([""], (), {"train": 0.7, "val": 0.2, "test": 0.1}),
    (["train"], (), {"train": 0.7, "val": 0.2, "test": 0.1}),
    (["train", "test"], ("test",), {"train": 0.8, "val": 0.2}),
    (["val", "train"], ("val",), {"train": 0.9, "test": 0.1}),
    (["test", "val", "train"], ("val", "test"), {"train": 1}),
], ids=lambda value: "-".join(value) if isinstance(value, list) else "")
def test_what_is_missing_is_cut_from_the_training_images(parts, kept, shares):
    found = kept_parts(pd.DataFrame({"publisher_split": parts}))
    assert found == kept
    assert {name: float(share) for name, share in cut_shares(found, FRACTIONS).items()} == shares


def test_a_table_without_parts_keeps_none():
    assert kept_parts(pd.DataFrame({"category": ["cat"]})) == ()


def test_bad_fractions_are_refused_whatever_is_kept():
    with pytest.raises(UserError, match="fractions"):
        cut_shares(("val", "test"), (0.7, 0.2))


def test_both_parts_in_a_sentence():
    assert parts_sentence(images(train=[1] * 1500, val=[2], test=[3, 4]), FRACTIONS) == (
        "The publisher's validation set (1 image) and test set (2 images) are kept; its 1,500 training images are all "
        "for training.")


def test_near_duplicates_across_the_parts_are_counted():
    assert leaks_sentence(images(train=[0, 1, 1, 2], val=[1, 3, 4], test=[1, 1, 2, 3, 5])) == (
        "Near-duplicates across the publisher's parts: 1 of 3 validation images have one among the training images, "
        "3 of 5 test images have one among the training images, 3 of 5 test images have one among the validation "
        "images.")
    # Training images without a publisher's validation set: what is cut from them is not a part.
    assert leaks_sentence(images(train=[0, 1], test=[1])).count("have one") == 1
