"""Names of folders for classes: any text can name a class, and not every text a folder."""

import os
import re
from collections.abc import Sequence

from auxiliary.core.files import LONGEST_NAME, with_fingerprint
from auxiliary.data.folders.find_files import is_hidden

# The folder of images that are unlike the training images; no class gets it.
UNLIKE_FOLDER = "_unlike"
# What a name may not hold on one of the usual file systems, what a dot or a space at its ends would change, and the
# sign of these escapes itself, so that no two classes get one name.
UNSAFE = re.compile(r'[%/\\:*?"<>|\x00-\x1f\x7f]|^[. ]|[. ]$')


def class_folders(categories: Sequence[str]) -> list[str]:
    """A folder name for each class: its own name, with unsafe characters as escapes such as `%2F`.

    No two are the same, also where capital letters do not count, and none is hidden or `UNLIKE_FOLDER`.
    """
    names, taken = [], {UNLIKE_FOLDER}
    for category in categories:
        names.append(_free_name(category, taken))
        taken.add(names[-1].casefold())
    return names


def _free_name(category: str, taken: set[str]) -> str:
    """The name of a class; where it cannot be had, as many of its first letters as need be are escapes too."""
    for escaped in range(len(category) + 1):
        name = "".join(map(_escape, category[:escaped])) + UNSAFE.sub(lambda match: _escape(match[0]),
                                                                      category[escaped:])
        if len(os.fsencode(name)) > LONGEST_NAME:
            name = with_fingerprint(name, category)
        if name and name.casefold() not in taken and not is_hidden(name):
            return name
    # Of an empty text, or of one that is too long and has a namesake.
    return with_fingerprint("", category)


def _escape(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogateescape"))
