"""Names of the parts that publishers divide a data set into: training, validation and test images."""

import re
from collections.abc import Iterable

PARTS = {
    "train": {"train", "training", "trn"},
    "val": {"val", "valid", "validation", "dev"},
    "test": {"test", "testing", "tst", "eval", "evaluation"},
}
IN_WORDS = {"train": "training", "val": "validation", "test": "test"}
UNLABELLED = {"unlabeled", "unlabelled", "unsup", "pred", "predict", "prediction"}
# Words that may stand beside, which tell no parts apart.
FILLERS = {"set", "sets", "data", "dataset", "split", "image", "images", "img", "imgs", "photos", "pictures", "samples",
           "seg", "label", "labels"}


def part_of(name: str) -> str:
    """The part that a folder or file is called after: "train", "val", "test", or "" for any other name.

    Case, digits and common words beside do not matter: `Train`, `training_set`, `train2017` and `seg_train` are all
    "train".
    """
    part, others = _read(name)
    return part if others <= FILLERS else ""


def parts_of(names: Iterable[str]) -> dict[str, str]:
    """The parts that names which lie side by side stand for; names that stand for none are left out.

    Beside those that `part_of` knows, these are names with the same words around different parts, such as
    `alphabet_train` and `alphabet_test`.
    """
    read = {name: _read(name) for name in names}
    return {name: part for name, (part, others) in read.items() if part and (
        others <= FILLERS or any(other and other != part and others == beside for other, beside in read.values()))}


def is_unlabelled(name: str) -> bool:
    """Whether a folder's name says that its images have no labels, such as `unlabeled` or `seg_pred`."""
    words = _words(name)
    return bool(words & UNLABELLED) and words <= UNLABELLED | FILLERS


def _read(name: str) -> tuple[str, frozenset[str]]:
    """The part that one word of a name stands for, "" where it is not exactly one; and its other words."""
    words = _words(name)
    found = [(part, word) for part, spellings in PARTS.items() for word in words & spellings]
    if len(found) != 1:
        return "", words
    (part, word), = found
    return part, words - {word}


def _words(name: str) -> frozenset[str]:
    """The words of a name in lower case, without its digits."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)    # TrainSet
    words = re.findall(r"[^\W\d_]+", spaced.lower())
    # `trainset` is two words.
    return frozenset(part for word in words for part in re.sub(r"(?<=.)(set|data)$", r" \1", word).split())
