"""What a JPEG file tells before its pixels. Light, for worker processes."""

from collections.abc import Iterator

JPEG = b"\xff\xd8"
SCAN, APP2, MARK = 0xDA, 0xE2, 0xFF
PROFILE = b"ICC_PROFILE\0"
# Behind that name each part of a profile has its number, and how many there are.
PART = len(PROFILE) + 2


def jpeg_head(data: bytes) -> bytes:
    """A JPEG file up to its first scan: all that it says of its pixels; the whole file where no scan is found."""
    start, last = len(JPEG), len(data) - 4
    while start <= last and data[start] == MARK:
        if data[start + 1] == SCAN:
            return data[:start]
        start = _next(data, start)
    return data


def embedded_profile(head: bytes) -> bytes:
    """The ICC profile in what `jpeg_head` gives; b"" where there is none, or not all of it."""
    if PROFILE not in head:
        return b""
    parts = sorted(content for content in _contents(head, APP2) if content.startswith(PROFILE) and len(content) > PART)
    return b"".join(part[PART:] for part in parts) if parts and parts[0][PART - 1] == len(parts) else b""


def _contents(head: bytes, marker: int) -> Iterator[bytes]:
    """The content of each whole segment of that kind."""
    start, last = len(JPEG), len(head) - 4
    while start <= last and head[start] == MARK:
        end = _next(head, start)
        if head[start + 1] == marker and end <= len(head):
            yield head[start + 4:end]
        start = end


def _next(data: bytes, start: int) -> int:
    """Where the segment ends that begins at `start`; the mark before its marker may be there any number of times."""
    return start + 1 if data[start + 1] == MARK else start + 2 + (data[start + 2] << 8 | data[start + 3])
