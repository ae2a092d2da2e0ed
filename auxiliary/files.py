"""Files that are either there in full or not there at all."""

import os
import uuid
from pathlib import Path


def absolute(path: str | Path) -> Path:
    """`path` from the root of the file system, without `..`; links stay links, so tables can be moved."""
    return Path(os.path.abspath(path))  # noqa: PTH100 (Path.resolve would follow the links)


def write_atomically(path: Path, content: str | bytes, *, sync: bool = True,
                     mtime_ns: int | None = None) -> None:
    """Write a file so that nobody ever sees half of it, whatever kills the process.

    The content goes into a hidden temporary file in the same folder, which then takes the place of `path`.
    Folders that do not exist are made.

    Args:
        path: the file to write or to replace.
        content: text (written as UTF-8, line ends as they are) or bytes.
        sync: wait until the disk holds the content. Switch it off for thousands of files that can be made
            again: a process killed still leaves no half file, but a power cut may.
        mtime_ns: the file's time of modification, in nanoseconds since 1970; now, if None.

    Raises:
        OSError: the file cannot be written; the temporary file is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        if mtime_ns is not None:
            os.utime(temporary, ns=(mtime_ns, mtime_ns))
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
