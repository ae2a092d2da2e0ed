"""Whether a TIFF file holds more than what is read of it, its first page. Light, for worker processes."""

import io

from auxiliary.data.reading.header import identified, short_reasons

STARTS = b"II", b"MM"
# Tags: what kind of picture a page is (one that is reduced has the first bit), and further pictures below it.
KIND, FURTHER = 254, 330


def is_stack(data: bytes) -> bool:
    """Whether a file is a TIFF whose first page is followed by others, or is a preview of one; False for all others.

    Raises:
        ImageError: it cannot be read.
    """
    if not data.startswith(STARTS):
        return False
    with short_reasons(), identified(io.BytesIO(data)) as image:
        tags = image.tag_v2
        return bool(tags.next or FURTHER in tags or tags.get(KIND, 0) & 1)
