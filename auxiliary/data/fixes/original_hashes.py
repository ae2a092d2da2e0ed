"""Fingerprints of the user's own files, which tell whether a file changed since its label was judged."""

import pandas as pd

from auxiliary.core.files import beginning
from auxiliary.core.paths import Paths
from auxiliary.data.processing.manifest import read_manifest
from auxiliary.data.tables import digest


def original_hashes(images: pd.DataFrame, paths: Paths) -> list[str]:
    """The fingerprint of the user's own file that each processed image was made from.

    Args:
        images: with `filepath`.
        paths: where the data set lives.

    Returns:
        `h` and 12 hexadecimal digits, the same at any image size; "" for an image that the manifest does not name.
    """
    below, made = beginning(paths.images), read_manifest(paths.images)[1]
    found = (made.get(file.removeprefix(below)) for file in images["filepath"])
    return [digest(image.source_hash) if image else "" for image in found]
