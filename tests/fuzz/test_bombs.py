"""Small files that claim to be, or are, far more than a computer can hold."""

import io
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

HUGE = 2**31 - 1
LARGEST = 9400    # pixels a side; just below Pillow's limit, so that such an image is taken
ENOUGH = 1400     # MiB of memory for it, and so for any other
# What is absurd in these does not matter for their pixels.
HARMLESS = {"text.png", "international.png", "profile.png", "texts.png", "text16.png", "pixels16.png", "frames.png",
            "strip.tif", "rows.tif", "tile.tif", "circle.tif", "comments.jpg", "exif.jpg", "profile.jpg", "pixels.png",
            "larger.ico"}
METADATA = {"text.png", "international.png", "profile.png", "texts.png", "text16.png"}


def encoded(kind: str, size: tuple[int, int] = (80, 80), mode: str = "RGB", **options) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert(mode).save(file, kind, **options)
    return file.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


PIXELS = zlib.compress(b"".join(b"\0" + bytes([row]) * 240 for row in range(80)))


def png(width: int, height: int, *chunks: bytes, pixels: bytes = PIXELS, bits: int = 8) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def tiff(**tags: int) -> bytes:
    """One strip of 80 x 80 grey pixels, some of its tags replaced or added: `tiff(_256=HUGE)`."""
    entries = {256: 80, 257: 80, 258: 8, 259: 1, 262: 1, 273: 400, 277: 1, 278: 80, 279: 6400}
    entries |= {int(name[1:]): value for name, value in tags.items()}
    directory = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(entries.items()))
    head = b"II*\0" + struct.pack("<IH", 8, len(entries)) + directory + struct.pack("<I", 0)
    return head.ljust(400, b"\0") + bytes(range(80)) * 80


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new)


def jp2(width: int, height: int) -> bytes:
    return replaced(encoded("JPEG2000"), struct.pack(">II", 80, 80), struct.pack(">II", width, height))


def bombs() -> Iterator[tuple[str, bytes]]:
    zeros = zlib.compress(bytes(100 * 2**20), 1)
    yield "claim.png", png(30_000, 30_000)
    yield "most.png", png(HUGE, HUGE)
    yield "strip.png", png(HUGE, 1)
    yield "text.png", png(80, 80, chunk(b"zTXt", b"a\0\0" + zeros))
    yield "international.png", png(80, 80, chunk(b"iTXt", b"a\0\1\0\0\0" + zeros))
    yield "profile.png", png(80, 80, chunk(b"iCCP", b"a\0\0" + zeros))
    yield "texts.png", png(80, 80, *200 * [chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**20)))])
    yield "claim16.png", png(30_000, 30_000, bits=16)
    yield "text16.png", png(40, 80, chunk(b"zTXt", b"a\0\0" + zeros), chunk(b"iCCP", b"a\0\0" + zeros), bits=16)
    yield "pixels16.png", png(80, 80, pixels=zeros, bits=16)
    yield "pixels.png", png(80, 80, pixels=zeros)
    yield "long.png", png(80, 80)[:33] + struct.pack(">I", HUGE) + b"IDAT"
    yield "frames.png", png(80, 80, chunk(b"acTL", struct.pack(">II", HUGE, 0)))
    yield "screen.gif", replaced(encoded("GIF", mode="P"), b"GIF87aP\0P\0", b"GIF87a\xff\xff\xff\xff")
    yield "frame.gif", replaced(encoded("GIF", mode="P"), b",\0\0\0\0P\0P\0", b",\xff\xff\xff\xff\xff\xff\xff\xff")
    yield "canvas.webp", b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + 6 * b"\xff"
    yield "lossless.webp", b"RIFF\x20\0\0\0WEBPVP8L\x14\0\0\0\x2f\xff\xff\xff\x0f" + bytes(20)
    yield "claim.tif", tiff(_256=HUGE, _257=HUGE)
    yield "wide.tif", tiff(_256=HUGE, _257=1)
    yield "strip.tif", tiff(_279=HUGE)
    yield "rows.tif", tiff(_278=HUGE)
    yield "deep.tif", tiff(_277=65535)
    yield "tile.tif", tiff(_322=2**30, _323=2**30, _324=400, _325=6400)
    yield "packed.tif", tiff(_256=60_000, _257=60_000, _259=32773)
    yield "circle.tif", replaced(tiff(), struct.pack("<I", 0) + bytes(9), struct.pack("<I", 8) + bytes(9))
    yield "claim.bmp", encoded("BMP")[:18] + struct.pack("<ii", HUGE, HUGE) + encoded("BMP")[26:]
    yield "upside.bmp", encoded("BMP")[:18] + struct.pack("<ii", 80, -2**31) + encoded("BMP")[26:]
    yield "runs.bmp", encoded("BMP", mode="P")[:30] + struct.pack("<I", 1) + encoded("BMP", mode="P")[34:]
    yield "claim.ppm", b"P6 999999 999999 255 " + bytes(99)
    yield "plain.ppm", b"P3 60000 60000 255 " + 99 * b"1 "
    yield "digits.ppm", b"P6 " + 10**6 * b"9"
    yield "comment.ppm", b"P6 #" + bytes(10**8)
    yield "claim.jpg", replaced(encoded("JPEG"), b"\0P\0P\x03", b"\xff\xff\xff\xff\x03")
    yield "comments.jpg", encoded("JPEG")[:2] + 200 * (b"\xff\xfe\xff\xff" + bytes(65533)) + encoded("JPEG")[2:]
    yield "exif.jpg", encoded("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + 65_000 * b"\xff")
    part = b"\xff\xe2\xff\xffICC_PROFILE\0"
    yield "profile.jpg", encoded("JPEG")[:2] + b"".join(
        part + bytes([number, 255]) + bytes(65519) for number in range(1, 256)) + encoded("JPEG")[2:]
    yield "claim.jp2", jp2(HUGE, HUGE)
    yield "wide.jp2", jp2(2**26, 1)
    yield "directory.ico", b"\0\0\1\0\xff\xff" + 65535 * (bytes(8) + struct.pack("<II", HUGE, 22))
    yield "inside.ico", b"\0\0\1\0\1\0" + bytes(8) + struct.pack("<II", 10**4, 22) + png(HUGE, HUGE)
    yield "larger.ico", b"\0\0\1\0\1\0" + bytes([9, 9]) + bytes(6) + struct.pack("<II", 10**4, 22) + png(80, 80)
    yield "claim.avif", replaced(encoded("AVIF"), b"ispe\0\0\0\0\0\0\0P\0\0\0P", b"ispe\0\0\0\0" + 8 * b"\x7f")


@pytest.fixture
def errors(tmp_path, preprocessed) -> Callable[..., tuple[dict[str, str], int]]:
    """Why each of some files is not taken, and the memory it took, in MiB: `errors(bombs())`."""
    def run(files: Iterable[tuple[str, bytes]], limit: int = 10) -> tuple[dict[str, str], int]:
        (tmp_path / "raw-img" / "cat").mkdir(parents=True)
        for name, content in [*files, ("fine.png", encoded("PNG"))]:
            (tmp_path / "raw-img" / "cat" / name).write_bytes(content)
        memory = preprocessed(tmp_path, limit)
        overview = pd.read_json(tmp_path / "overview.json", dtype={"error": str})
        names = overview["filepath"].map(lambda file: Path(file).name)
        return dict(zip(names, overview["error"], strict=True)), memory

    return run


def test_bombs_take_neither_memory_nor_time_and_are_named(errors):
    found, memory = errors(bombs())
    taken = {name for name, error in found.items() if not error}
    assert {"fine.png"} | METADATA <= taken <= {"fine.png"} | HARMLESS
    assert memory < ENOUGH


def test_the_largest_image_that_is_taken_fits_into_memory(errors):
    largest = encoded("TIFF", (LARGEST, LARGEST), "F", compression="packbits")
    found, memory = errors([("float.tif", largest)], limit=60)
    assert set(found.values()) == {""}
    assert memory < ENOUGH


@pytest.mark.parametrize("progressive", [False, True])
def test_so_does_the_largest_jpeg(errors, progressive):
    largest = encoded("JPEG", (16_000, 12_500), "L", progressive=progressive)
    found, memory = errors([("photo.jpg", largest)], limit=60)
    assert set(found.values()) == {""}
    # In several scans, all have to be in memory before the first row can be made.
    assert memory < (ENOUGH if progressive else 400)
