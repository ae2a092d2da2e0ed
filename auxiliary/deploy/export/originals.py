"""The original files of processed images, as a user of an export has them."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

from auxiliary.data.processing.manifest import read_manifest
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.data.tables import read_table

# A file and the content hash that it had when it was processed.
Original = tuple[Path, str]


def read_originals(files: Sequence[str], folders: Collection[Path]) -> list[bytes]:
    """The original of each processed image, as far as it is here and was not changed since.

    Only files are opened that the tables beside the processed images name.

    Args:
        files: processed images, which are there.
        folders: the folders `data/<dataset>/processed`; images elsewhere have no original.

    Raises:
        UserError: a table cannot be read.
    """
    places = [folder.resolve() for folder in folders]
    found = cache(_originals)
    originals = (found(images).get(path) for images, path in _placed(files, places))
    return [data for original in originals if original and (data := _unchanged(*original)) is not None]


def _placed(files: Sequence[str], places: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """The folder of processed images of one size that each file lies in, and its path below it."""
    for file in map(Path.resolve, map(Path, files)):
        for place in places:
            if file.is_relative_to(place) and len(parts := file.relative_to(place).parts) > 2:
                yield place.joinpath(*parts[:2]), "/".join(parts[2:])


def _originals(images: Path) -> dict[str, Original]:
    """The original of each processed image of a folder, by its path below that folder."""
    _, made = read_manifest(images)
    files: dict[str, str] = {}
    for table in sorted(images.parent.glob("*/overview.csv")):
        overview = read_table(table, images.parents[2])
        files |= dict(zip(overview["content_hash"], overview["filepath"], strict=True))
    return {path: (Path(files[image.source_hash]), image.source_hash)
            for path, image in made.items() if image.source_hash in files}


def _unchanged(file: Path, expected: str) -> bytes | None:
    """The content of a file; None where it is gone, or another one has its name now."""
    try:
        data = file.read_bytes() if file.is_file() else b""
    except OSError:
        return None
    return data if content_hash(data) == expected else None
