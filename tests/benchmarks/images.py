"""The images that the benchmarks work on, in a folder of their own."""

import shutil
import zipfile
from pathlib import Path

from auxiliary.data.catalogue import catalogue
from auxiliary.data.clean import clean_table
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.tables import write_table

TRAINING, VALIDATION = 960, 320


def prepare(source: Path, place: Path) -> None:
    """Make `raw-img/`, `processed/`, and of some of those `train/`, `train.csv`, `val/` and `val.csv`.

    Args:
        source: a folder of images, one folder per class, or a zip of one.
        place: the folder to fill, empty.
    """
    unpack(source, place)
    raw, processed = place / "raw-img", place / "processed"
    overview = preprocess_images(catalogue(raw), raw, processed)
    images = clean_table(overview, raw, processed).sample(TRAINING + VALIDATION, random_state=0)
    for name, part in (("train", images.head(TRAINING)), ("val", images.tail(VALIDATION))):
        files = [_copied(Path(row.filepath), place / name / row.category) for row in part.itertuples()]
        write_table(part.assign(filepath=files), place / f"{name}.csv")


def unpack(source: Path, place: Path) -> None:
    """Make `raw-img/`."""
    if source.is_dir():
        (place / "raw-img").symlink_to(source.resolve())
    else:
        with zipfile.ZipFile(source) as archive:
            archive.extractall(place)


def _copied(file: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(file, folder))


