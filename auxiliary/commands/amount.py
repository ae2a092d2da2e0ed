"""How many images a run trains on, counted before anything is fetched or prepared."""

import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from auxiliary.config.experiment import Experiment
from auxiliary.config.profile import Split
from auxiliary.core.paths import with_home
from auxiliary.data.archives.zip_contents import count_files
from auxiliary.data.fetch import DATA_SETS
from auxiliary.data.folders.find_files import find_files_below
from auxiliary.data.labels.columns import find_columns, no_labels
from auxiliary.data.labels.csv_file import open_csv
from auxiliary.data.layout import find_layout
from auxiliary.data.walk import walk
from auxiliary.project.project import Project

SAMPLED: Mapping[str, Callable[[Sequence[int]], float]] = {"smallest": min, "mean": mean, "largest": max}


class Amount(NamedTuple):
    """Numbers of images; they need not be whole.

    Attributes:
        training: images that an experiment is trained on, after sampling.
        validation: images that it is evaluated on in every epoch.
        test: images that it is evaluated on at the end.
    """

    training: float
    validation: float
    test: float


def amount(experiment: Experiment, sizes: Sequence[int], split: Split) -> Amount:
    """The images of an experiment.

    Args:
        experiment: its `sampling` counts.
        sizes: images of each class, at least one class.
        split: how they are split; a test set that the publisher fixed is taken for one of these shares.
    """
    images = sum(sizes)
    sampled = SAMPLED[experiment.sampling](sizes) * len(sizes) if experiment.sampling != "none" else images
    training, validation, test = split.fractions
    if experiment.refit:
        training, validation = training + validation, 0
    return Amount(sampled * training, images * validation, images * test)


def count_images(project: Project) -> list[int]:
    """The number of images of each class, see `count_by_class`; published ones where none are here yet.

    Raises:
        UserError: the images have no classes, see `find_layout`.
    """
    paths = project.paths
    if paths.raw.is_dir() and (paths.own or any(paths.raw.iterdir())):
        return list(count_by_class(paths.raw, paths.labels).values())
    known = DATA_SETS[project.profile.dataset]
    images = _in_source(with_home(project.profile.source)) if project.profile.source else known.images
    return [(images or known.images) // known.classes] * known.classes


def count_by_class(folder: Path, labels: Path | None) -> Counter[str]:
    """Count the files of each class by their folders or, where CSV files tell the classes, the rows of those.

    Nothing is opened but CSV files, and nothing printed: notebook 01 tells which files and rows are of no use.

    Args:
        folder: the data set's.
        labels: the CSV file that names the classes, if the user named one.

    Raises:
        UserError: see `find_layout`; or a CSV file cannot be read, has no columns for file and class, or a damaged row.
    """
    layout = find_layout(folder, labels)
    if layout.label_files:
        return _count_labels(layout.label_files.values())
    return Counter(entry.folder for entry in walk(folder, layout) if not entry.error)


def _count_labels(files: Iterable[Path]) -> Counter[str]:
    """Count the rows of each class in CSV files; `read_labels` reads them with care, and tells what is wrong."""
    counts: Counter[str] = Counter()
    for path in files:
        table = open_csv(path)
        places = find_columns(table.header)
        if not places.are_labels:
            raise no_labels(table)
        counts.update(row[places.category[0]] for _, row in table.rows() if row[places.category[0]].strip())
    return counts


def _in_source(source: Path) -> int:
    """The number of files in a folder or a zip; 0 where it takes long to count them."""
    if source.is_dir():
        return sum(not error for _, error in find_files_below(source))
    if not zipfile.is_zipfile(source):
        return 0
    return count_files(source)
