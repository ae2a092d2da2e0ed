"""Data sets for other tasks, such as finding objects in images: refused, as their folders are no classes."""

from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.text import first_few
from auxiliary.data.folders.folders import entered, has_file, visible_folders
from auxiliary.data.folders.part_names import part_of

ADVICE = "one folder of images per class is needed, or a CSV file with columns for file and class"
NAMED = 5    # folders that a sentence names
# What data sets for other tasks call their folders: finding objects, or outlining them.
IMAGES = {"images", "image", "imgs", "img", "jpegimages"}
ANNOTATIONS = {"labels", "label", "annotations", "annotation", "bboxes", "masks", "mask", "segmentations"}


def without_annotations(top: Path) -> Path:
    """The folder of images where annotations lie beside it and it holds class folders; else the same folder."""
    check_task(top)
    names = {path.name.lower(): path for path in visible_folders(top)}
    images = [path for name, path in names.items() if name in IMAGES]
    return entered(images[0]) if images and names.keys() & ANNOTATIONS else top


def check_task(place: Path) -> None:
    """Refuse a folder that holds annotations beside images without class folders."""
    folders = {path.name: path for path in visible_folders(place)}
    annotations = [name for name in folders if name.lower() in ANNOTATIONS]
    beside = [name for name in folders if name.lower() in IMAGES or part_of(name)]
    if annotations and beside and not any(_holds_classes(folders[name]) for name in beside):
        raise UserError(
            f"{place} holds {annotations[0]}/ beside {first_few(beside, NAMED)}, as data sets do that are made for "
            f"finding objects in images or for outlining them. This is classification: {ADVICE}")


def _holds_classes(folder: Path) -> bool:
    """Whether a folder holds several folders with files, some of which are neither parts nor annotations."""
    names = [path.name for path in visible_folders(entered(folder)) if has_file(path)]
    return len(names) > 1 and any(not part_of(name) and name.lower() not in IMAGES | ANNOTATIONS for name in names)
