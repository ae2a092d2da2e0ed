"""One file of a data set, with what its place or its row in a CSV file tells."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One file below a folder of images, or a category's folder that is of no use.

    Attributes:
        path: the file's path; a string, as there may be a million of them: a `Path` takes three times as much memory.
        folder: name of the category's folder; "" outside every one.
        publisher_split: "train", "val" or "test" where the publisher divided the images, else "".
        error: why the file's place or kind makes it unusable; "" if it does not.
    """

    path: str
    folder: str
    publisher_split: str
    error: str
