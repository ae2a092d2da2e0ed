"""The part of a data set (training, validation or test set) that a name stands for."""

PARTS = {
    "train": "train", "training": "train",
    "val": "val", "valid": "val", "validation": "val", "dev": "val",
    "test": "test", "testing": "test",
}


def part_of(name: str) -> str:
    """The part that a name such as `Validation` stands for: "train", "val" or "test"; "" for any other name."""
    return PARTS.get(name.strip().casefold(), "")
