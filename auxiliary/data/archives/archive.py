"""Unpacking a zip or tar.gz that somebody else made, without trusting it.

The whole table of contents is checked before the first byte is written: an archive is unpacked as a whole, or refused
as a whole. The standard library's own filters would leave out or rename what is refused here.
"""

import functools
import lzma
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from auxiliary.core.errors import UserError
from auxiliary.core.progress import track
from auxiliary.core.text import short
from auxiliary.data.archives.tar_headers import open_tar, read_to_end
from auxiliary.data.archives.zip_contents import METHODS, open_zip
from auxiliary.data.archives.zip_deflate64 import extract

BLOCK = 4096            # bytes that even an empty file takes on common file systems
UNSUSPICIOUS = 2**30    # bytes; an archive may unpack to this much whatever its own size
MAX_RATIO = 100         # unpacked to packed size; images are compressed already and stay near 1
# What the libraries and the ways to pack raise for damaged data.
DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError,
           OverflowError, RuntimeError, ValueError)


@dataclass(frozen=True)
class _Entry:
    """One entry of a table of contents; `handle` is the archive library's own record of it."""

    name: str
    bytes: int
    kind: str   # "file", "folder", "special" or "packed in another way"
    handle: zipfile.ZipInfo | tarfile.TarInfo


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a zip or tar archive (plain, gz, bz2 or xz) into a new folder.

    Files go into a sibling, `<folder>.partial`, that is renamed at the end: a process killed half-way leaves
    no `folder`, and the next call starts afresh. What macOS adds (`__MACOSX`) is left out.

    Args:
        archive: the file to unpack; its content tells its kind, not its name.
        folder: where to; must not exist yet.

    Returns:
        `folder`.

    Raises:
        UserError: the file is no archive or is damaged, or, before anything is written, it holds
            absolute names, `..`, links or devices, the same file twice, a file packed in a way that cannot be read
            here, headers that take much memory, or more data than the disk has space for or than images unpack to
            (over 1 GiB and over 100 times the archive's own size).
    """
    if folder.exists():
        raise UserError(f"cannot unpack {archive} into {folder}: the folder exists already, remove it first")
    partial = folder.with_name(folder.name + ".partial")
    folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with _opened(archive) as (entries, extract_entry):
            checked = _checked(archive, entries, shutil.disk_usage(folder.parent).free)
            partial.mkdir()
            for entry in track(checked, f"unpack {archive.name}", len(checked), "file"):
                extract_entry(entry.handle, partial)
        partial.rename(folder)
    except UserError as error:
        raise UserError(f"{archive} is refused, nothing was unpacked: {error}") from error
    except DAMAGED as error:
        raise UserError(f"cannot unpack {archive} ({error}): it must be a complete zip or tar.gz without a "
                        "password") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


@contextmanager
def _opened(archive: Path) -> Iterator[tuple[Iterable[_Entry], Callable[..., object]]]:
    if tar := open_tar(archive):
        with tar:
            yield map(_tar_entry, tar), functools.partial(tar.extract, filter="data")
            read_to_end(tar)
    elif zipfile.is_zipfile(archive):
        with open_zip(archive) as bundle:
            yield map(_zip_entry, bundle.infolist()), functools.partial(extract, bundle)
    else:
        raise UserError("it is no zip or tar.gz archive, or is incomplete: download it again")


def _tar_entry(info: tarfile.TarInfo) -> _Entry:
    kind = "file" if info.isreg() else "folder" if info.isdir() else "special"
    return _Entry(info.name, info.size, kind, info)


def _zip_entry(info: zipfile.ZipInfo) -> _Entry:
    kind = "folder" if info.is_dir() else "file"
    unix_mode = stat.S_IFMT(info.external_attr >> 16)   # 0 when the archive was not made on Unix
    if unix_mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        kind = "special"
    elif info.compress_type not in METHODS:
        kind = "packed in another way"
    return _Entry(info.filename, info.file_size, kind, info)


def _checked(archive: Path, entries: Iterable[_Entry], free: int) -> list[_Entry]:
    # Entries are read one by one, so that a tar.gz of endless zeros is refused at its header, not at its end.
    checked, seen, total = [], set(), 0
    for entry in entries:
        path = PurePosixPath(entry.name)
        # What is left out counts too, because its headers take memory.
        total += max(entry.bytes, BLOCK)
        _check_size(total, archive.stat().st_size, free)
        if "__MACOSX" in path.parts:
            continue
        if reason := _objection(entry, path in seen):
            raise UserError(f"{short(entry.name, 80)!r} {reason}")
        if entry.kind == "file":
            seen.add(path)
        checked.append(entry)
    if not seen:
        raise UserError("it holds no files")
    return checked


def _objection(entry: _Entry, repeated: bool) -> str:
    path = PureWindowsPath(entry.name)      # knows both kinds of slash, and drives
    if path.root or ".." in path.parts:
        return "points outside the folder it is unpacked into"
    if entry.kind == "special":
        return "is a link or a device, only files and folders are taken"
    if entry.kind == "packed in another way":
        return ("is packed in a way that cannot be read here: unpack it with the program that made it, and name the "
                "folder")
    return "is in it twice" if repeated else ""


def _check_size(total: int, packed: int, free: int) -> None:
    if total > free:
        raise UserError(f"it needs more than the {free / 2**30:.1f} GiB free on this disk, make space first")
    if total > UNSUSPICIOUS and total > MAX_RATIO * packed:
        raise UserError(f"it unpacks to over {MAX_RATIO} times its size, which no archive of images does")
