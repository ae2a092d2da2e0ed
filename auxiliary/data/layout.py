"""How the images of a data set lie: in which folders their classes are, and which parts the publisher made."""

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.text import first_few
from auxiliary.data.folders.annotations import ADVICE, NAMED, check_task, without_annotations
from auxiliary.data.folders.folders import entered, has_file, visible_folders, wrappers
from auxiliary.data.folders.part_names import IN_WORDS, is_unlabelled, part_of, parts_of
from auxiliary.data.labels.files import find_label_files


@dataclass(frozen=True)
class Layout:
    """Where the classes of a data set's images stand.

    Attributes:
        top: the folder that holds the classes or parts, or the CSV files; the data set's, or one that it wraps.
        places: the folders whose folders are classes, relative to the data set's ("." for itself), each with the part
            that the publisher made of it: "train", "val", "test", or "" where there are no parts.
        left_out: the other folders, each with the reason why its images are of no use.
        label_files: the CSV files that tell classes in place of folders, by the part that each stands for; empty where
            there are none.
        notes: what users should know of it, a sentence each.
    """

    top: Path
    places: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    label_files: Mapping[str, Path] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def find_layout(folder: Path, labels: Path | None = None) -> Layout:
    """Find out where the classes of a data set's images stand.

    CSV files that name images and classes come first, see `find_label_files`. Else classes are the first folders below
    `folder`. Folders that only wrap others are entered: a folder called `raw-img`, and a single one that has folders of
    its own. Folders called `train`, `val` or `test`, in any usual spelling, are parts where they hold class folders
    themselves; else they are classes like others.

    Args:
        folder: the data set's folder.
        labels: the CSV file to read, whatever its name; None to search for some.

    Raises:
        UserError: no folder holds a file, no part with training images holds class folders, the images are laid out
            for another task, or CSV files contradict each other.
    """
    if labels:
        return Layout(labels.parent, label_files={"": labels})
    problem, layout = None, Layout(folder)
    try:
        layout = _by_folders(folder)
    except UserError as error:
        problem = error
    notes, has_classes = layout.notes, _has_classes(folder, layout)
    for level in wrappers(folder):
        files, said = find_label_files(level, has_class_folders=has_classes)
        if files:
            return Layout(level, label_files=files, notes=said)
        notes = (*notes, *said)
    if problem:
        raise problem
    return replace(layout, notes=notes)


def _has_classes(folder: Path, layout: Layout) -> bool:
    """Whether there are two classes: a single folder may hold the images that a CSV file names."""
    return len({path.name for place in layout.places for path in visible_folders(folder / place)
                if has_file(path)}) > 1


def _by_folders(folder: Path) -> Layout:
    """The layout of images in class folders; `UserError` where they are not."""
    top = without_annotations(entered(folder))
    folders = {path.name: path for path in visible_folders(top) if has_file(path)}
    if not folders:
        raise UserError(f"{top} holds no images in folders: {ADVICE}")
    inner = {name: entered(folders[name]) for name in parts_of(folders)}
    for part in inner.values():
        check_task(part)
    divided = _divided(top, folders, inner)
    if not divided:
        _check_classes(top, folders, inner)
        return Layout(top, {_relative(top, folder): ""}, notes=tuple(_class_notes(folder, top, folders, inner)))
    places = {_relative(inner[name], folder): part for name, part in divided.items()}
    notes = [f"{place}/ holds the publisher's {IN_WORDS[part]} images" for place, part in places.items()]
    rest = {name: path for name, path in folders.items() if name not in divided}
    left_out = {_relative(path, folder): f"in {_relative(path, folder)}/, which {_lack(name, inner)}"
                for name, path in rest.items()}
    notes += [f"{path.name}/ {_lack(name, inner)}, so it is left out: once a network is trained, `python -m auxiliary "
              f"predict {shlex.quote(str(path))}` classifies its images" for name, path in rest.items()]
    return Layout(top, places, left_out, notes=tuple(notes))


def _divided(top: Path, folders: Mapping[str, Path], inner: Mapping[str, Path]) -> dict[str, str]:
    """The folders that are parts, with the part that each is; empty where the folders are classes."""
    parts = parts_of(folders)
    classes = {name: {path.name for path in visible_folders(place) if has_file(path)} for name, place in inner.items()}
    # The single folder in a part without labels, such as `test/unknown` or `test/test`, only wraps its images.
    known = {each for name in inner if parts[name] == "train" for each in classes[name] if not part_of(each)}
    divided = {name: parts[name] for name in inner if len(classes[name]) > 1 or classes[name] & known}
    others = [name for name in folders if name not in inner and not is_unlabelled(name)]
    if divided and not others and "train" not in divided.values():
        raise UserError(f"{first_few(sorted(divided), NAMED)} in {top} hold class folders, and none of them is for "
                        f"training: put the training images beside, in a folder `train`; {ADVICE}")
    return {} if others and not {"train"} < set(divided.values()) else divided


def _check_classes(top: Path, folders: Mapping[str, Path], inner: Mapping[str, Path]) -> None:
    """Refuse folders that are all parts, though they hold no class folders: their names would become classes."""
    if all(name in inner or is_unlabelled(name) for name in folders):
        raise UserError(f"{first_few(sorted(folders), NAMED)} in {top} hold no class folders, so no image has a class: "
                        f"{ADVICE}")


def _class_notes(folder: Path, top: Path, folders: Mapping[str, Path], inner: Mapping[str, Path]) -> Iterator[str]:
    if top != folder:
        yield f"{_relative(top, folder)}/ holds the class folders of {folder}"
    if inner:
        yield f"{first_few(sorted(inner), NAMED)} in {top}: taken for classes, like {_first_other(folders, inner)}"
    parts = [{part_of(path.name) for path in visible_folders(path)} for path in folders.values()]
    if all(len(each) > 1 and "" not in each for each in parts):
        yield (f"the parts in the class folders of {top} are put together, and the images are divided anew: to keep "
               f"the parts, put them first, as in {next(visible_folders(min(folders.values()))).name}/{min(folders)}/")


def _first_other(folders: Mapping[str, Path], inner: Mapping[str, Path]) -> str:
    return next(name for name in sorted(folders) if name not in inner)


def _lack(name: str, inner: Mapping[str, Path]) -> str:
    return "has no class folders" if name in inner or is_unlabelled(name) else "is none of the publisher's parts"


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
