"""What a JPEG file tells before its pixels. Light, for worker processes."""

JPEG = b"\xff\xd8"
SCAN, APP2 = 0xDA, 0xE2
PROFILE = b"ICC_PROFILE\0"
# Behind that name each part of a profile has its number, and how many there are.
PART = len(PROFILE) + 2


def segments(data: bytes) -> list[tuple[int, bytes]]:
    """The marker and the content of each segment before the first scan, as far as they are whole."""
    found, start = [], len(JPEG)
    while start + 4 <= len(data) and data[start] == 0xFF:
        marker = data[start + 1]
        if marker == SCAN:
            break
        # The mark may be preceded by any number of these.
        if marker == 0xFF:
            start += 1
            continue
        end = start + 2 + int.from_bytes(data[start + 2:start + 4], "big")
        if end > len(data):
            break
        found.append((marker, data[start + 4:end]))
        start = end
    return found


def embedded_profile(data: bytes) -> bytes:
    """The ICC profile of a JPEG file; b"" where there is none, or not all of it."""
    parts = sorted(content for marker, content in segments(data)
                   if marker == APP2 and content.startswith(PROFILE) and len(content) > PART)
    return b"".join(part[PART:] for part in parts) if parts and parts[0][PART - 1] == len(parts) else b""
