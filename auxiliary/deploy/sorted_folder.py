"""The folder of `predict --sort-into DIR`: a copy of each image, or a link to it, in a folder of its class."""

import filecmp
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from auxiliary.core.disk import disk_errors
from auxiliary.core.errors import UserError
from auxiliary.core.files import absolute, remove_leftovers, replacing, with_fingerprint
from auxiliary.core.locks import lock_or_refuse
from auxiliary.core.paths import with_home
from auxiliary.data.folders.find_files import is_hidden
from auxiliary.deploy.class_folders import UNLIKE_FOLDER, class_folders
from auxiliary.deploy.file_predictions import FilePrediction
from auxiliary.deploy.file_reading import stamp_of
from auxiliary.deploy.origin import Origin
from auxiliary.evaluation.limit import is_unlike

MARK = ".predictions.json"    # says of which network the folder is
NEW_FOLDER = "name a new folder behind --sort-into"


class SortedFolder:
    """Puts images into folders of their classes; those unlike the training images into `UNLIKE_FOLDER`.

    Nothing is ever overwritten. An image keeps its name, unless another one of its folder has it: then its name gets a
    fingerprint of its path. One that is there already is not copied again.

    Args:
        path: the folder.
        origin: the network that predicts.
        link: whether it gets symbolic links in place of copies.

    Attributes:
        counts: how many images there are in each folder that got some.
        new: how many of them were not there before.
        renamed: how many have a fingerprint.
        failed: why an image could not be put there, by its name.
    """

    def __init__(self, path: Path, origin: Origin, link: bool) -> None:
        self.path, self.counts, self.new, self.renamed = path, Counter(), 0, 0
        self.failed: dict[str, str] = {}
        self._link, self._names = link, class_folders(origin.classes)
        self._used: set[str] = set()

    def put(self, image: Path, prediction: FilePrediction) -> None:
        """Put an image into the folder of its class."""
        if stamp_of(image) != tuple(prediction.stamp):
            self.failed[prediction.file] = "has changed since it was predicted, or is gone: predict it again"
            return
        unlike = prediction.score is not None and is_unlike(prediction.score)
        name = UNLIKE_FOLDER if unlike else self._names[np.argmax(prediction.probabilities)]
        if name not in self.counts:
            _make(self.path / name)
        target = self._target(image, self.path / name)
        if target is None:
            self.failed[prediction.file] = f"other files have its name in {self.path / name}: move them away"
            return
        self.counts[name] += 1
        self.renamed += target.name != image.name
        if not os.path.lexists(target):
            self._write(image, target)
            self.new += 1

    def _target(self, image: Path, folder: Path) -> Path | None:
        """Where an image goes, or is already; None where other files have both names that it could get."""
        longer = with_fingerprint(image.stem, str(absolute(image)), image.suffix)
        for target in (folder / image.name, folder / longer):
            # Some disks take `A.jpg` and `a.jpg` for one name.
            key = str(target).casefold()
            if key not in self._used and (not os.path.lexists(target) or _same(target, image)):
                self._used.add(key)
                return target
        return None

    def _write(self, image: Path, target: Path) -> None:
        if self._link:
            target.symlink_to(absolute(image))
            return
        with replacing(target, sync=False) as temporary:
            shutil.copyfile(image, temporary)
            status = image.stat()
            os.utime(temporary, ns=(status.st_atime_ns, status.st_mtime_ns))


def find_sorted_folder(given: Path) -> Path:
    """The folder to sort images into: a new one, an empty one, or that of an earlier call.

    Raises:
        UserError: it is another one.
    """
    path = with_home(given)
    if path.exists() and not path.is_dir():
        raise UserError(f"{path} is a file: {NEW_FOLDER}")
    if path.is_dir() and not (path / MARK).exists() and any(not is_hidden(each.name) for each in path.iterdir()):
        raise UserError(f"{path} holds files, and was not made by predict --sort-into: {NEW_FOLDER}")
    return path


@contextmanager
def opened_sorted_folder(path: Path, origin: Origin, link: bool) -> Iterator[SortedFolder]:
    """Open or make the folder to sort images into, from `find_sorted_folder`; it is closed to other processes.

    Raises:
        UserError: it is of another network, in use, or cannot be written.
    """
    with disk_errors(path):
        path.mkdir(parents=True, exist_ok=True)
        mark = (path / MARK).open("a+b")
    with mark:
        lock_or_refuse(mark, f"sorting images into {path}")
        with disk_errors(path):
            origin.begin(mark, path, NEW_FOLDER)
        yield SortedFolder(path, origin, link)


def _make(folder: Path) -> None:
    """Make the folder of a class, or remove what killed processes left there."""
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file, and images go into a folder of that name: move it away")
    folder.mkdir(exist_ok=True)
    remove_leftovers(folder)


def _same(target: Path, image: Path) -> bool:
    """Whether a file is a copy of an image, or a link to it."""
    return target.is_file() and filecmp.cmp(image, target)
