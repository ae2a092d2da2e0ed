"""The manifest of processed images: one line of JSON per image, in a file beside their folder.

Its first line, the head, holds what the images were made with, and a fingerprint of the raw images that they were made
from. A line is added once its file is complete, and is gone before its file changes. So the manifest tells what a
killed run finished, and what every file must hold. Tables of the images are valid for one head only, see
`auxiliary.data.splitting.split_files`.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from auxiliary.core.disk import disk_errors
from auxiliary.core.files import write_atomically
from auxiliary.data.reading.deep import Span
from auxiliary.data.reading.inspect_files import content_hash

Head = Mapping[str, int | str | list[float] | None]


class ProcessedImage(NamedTuple):
    """A processed image, always RGB.

    Attributes:
        path: below the folder of processed images.
        source_hash: the content hash of the raw file that it was made from.
        content_hash: of its own file, as `auxiliary.data.reading.inspect_files.content_hash` gives it.
        bytes: the size of its file.
        width: in pixels.
        height: in pixels.
        phash: the perceptual hash, as `ImageHash` has it; "" for a PNG file.
        thumbnail: as `ImageHash` has it; "" for a PNG file.
        is_stack: whether the raw file holds further pages, see `auxiliary.data.reading.tiff_pages`.
    """

    path: str
    source_hash: str
    content_hash: str
    bytes: int
    width: int
    height: int
    phash: str
    thumbnail: str
    is_stack: bool = False


FIELDS = set(ProcessedImage._fields)


def manifest_path(processed: Path) -> Path:
    """Where the manifest of a folder of processed images is."""
    return processed.with_name(processed.name + ".jsonl")


def head_fingerprint(processed: Path) -> str:
    """Fingerprint of the head of a folder's manifest; "" where there is none. It changes before any image does."""
    try:
        with manifest_path(processed).open("rb") as file:
            return content_hash(file.readline())
    except FileNotFoundError:
        return ""


def read_head(processed: Path) -> Head:
    """The head of a folder's manifest; empty where there is none."""
    try:
        with manifest_path(processed).open("rb") as file:
            return _parsed(file.readline())
    except FileNotFoundError:
        return {}


def head_span(head: Head) -> Span | None:
    """The span of the deep images of a manifest with that head, see `auxiliary.data.reading.deep`; None without any."""
    span = head.get("span")
    return (span[0], span[1]) if span else None


def read_manifest(processed: Path) -> tuple[Head, dict[str, ProcessedImage]]:
    """The head and, by their paths, the images of a folder's manifest; both empty where there is none."""
    try:
        lines = manifest_path(processed).read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}, {}
    images = (ProcessedImage(**fields) for fields in map(_parsed, lines[1:])
              if fields.keys() == FIELDS)
    return _parsed(lines[0]), {image.path: image for image in images}


def _parsed(line: bytes) -> dict:
    """The object that a line holds; an empty one where a kill or a power cut broke the line."""
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def write_manifest(processed: Path, head: Head, images: Iterable[ProcessedImage]) -> None:
    """Replace a folder's manifest, unless it holds just that already."""
    path, content = manifest_path(processed), _line(head) + _lines(images)
    if not path.is_file() or path.read_bytes() != content:
        write_atomically(path, content)


def append_to_manifest(processed: Path, images: Iterable[ProcessedImage]) -> None:
    """Add images whose files are complete to a folder's manifest."""
    path = manifest_path(processed)
    with disk_errors(path), path.open("ab") as file:
        file.write(_lines(images))


def _lines(images: Iterable[ProcessedImage]) -> bytes:
    return b"".join(_line(image._asdict()) for image in images)


def _line(fields: Mapping) -> bytes:
    # ASCII, so that no name breaks a line.
    return json.dumps(fields).encode() + b"\n"
