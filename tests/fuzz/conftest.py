"""Images of every format, and what spoils them: the same ones each time."""

import io
import itertools
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

# (Pillow's format, usual suffix, mode, options of saving)
KINDS = [
    ("JPEG", "jpg", "RGB", {}), ("JPEG", "jpg", "L", {}), ("JPEG", "jpg", "CMYK", {}),
    ("JPEG", "jpeg", "RGB", {"progressive": True, "comment": b"text"}), ("JPEG", "jpg", "RGB", {"orientation": 6}),
    ("PNG", "png", "RGB", {}), ("PNG", "png", "RGBA", {}), ("PNG", "png", "LA", {}), ("PNG", "png", "1", {}),
    ("PNG", "png", "I;16", {}), ("PNG", "png", "P", {}), ("PNG", "png", "P", {"transparency": bytes(range(256))}),
    ("PNG", "png", "RGB", {"save_all": True}), ("PNG", "png", "RGB", {"orientation": 8}),
    ("GIF", "gif", "P", {}), ("GIF", "gif", "P", {"save_all": True}), ("GIF", "gif", "P", {"transparency": 7}),
    ("BMP", "bmp", "RGB", {}), ("BMP", "bmp", "P", {}), ("BMP", "bmp", "1", {}),
    ("WEBP", "webp", "RGB", {}), ("WEBP", "webp", "RGBA", {"lossless": True}),
    ("WEBP", "webp", "RGB", {"save_all": True}),
    ("TIFF", "tif", "RGB", {}), ("TIFF", "tiff", "RGB", {"compression": "tiff_lzw"}), ("TIFF", "tif", "CMYK", {}),
    ("TIFF", "tif", "RGB", {"compression": "jpeg"}), ("TIFF", "tif", "I;16", {}), ("TIFF", "tif", "F", {}),
    ("TIFF", "tif", "RGB", {"save_all": True}), ("TIFF", "tif", "1", {"compression": "group4"}),
    ("PPM", "ppm", "RGB", {}), ("PPM", "pgm", "L", {}), ("PPM", "pbm", "1", {}), ("PPM", "pgm", "I;16", {}),
    ("JPEG2000", "jp2", "RGB", {}), ("JPEG2000", "jp2", "RGBA", {}), ("ICO", "ico", "RGBA", {}),
    ("AVIF", "avif", "RGB", {}), ("AVIF", "avif", "RGB", {"save_all": True}),
]
REPOSITORY = Path(__file__).resolve().parents[2]
SIZES = [(40, 30), (90, 70)]    # images of 64 pixels or fewer are treated in another way
SUFFIXES = [".jpg", ".png", ".gif", ".tif", ".txt", "", ".JPG.exe"]


@dataclass(frozen=True)
class Spoilt:
    """The bytes of a file and what was done to them; the suffix is the one it should have, or a wrong one."""

    how: str
    suffix: str
    content: bytes


def _image(mode: str, size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    pixels = rng.integers(0, 256, (size[1] // 10, size[0] // 10, 3), "uint8")
    image = Image.fromarray(pixels).resize(size)
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype("uint16") * 257)
    if mode in ("LA", "RGBA"):
        image.putalpha(image.convert("L"))
    return image.convert(mode)


def _encoded(kind: str, mode: str, size: tuple[int, int], options: dict, rng: np.random.Generator) -> bytes:
    options, file = dict(options), io.BytesIO()
    if "orientation" in options:
        exif = Image.Exif()
        exif[0x0112] = options.pop("orientation")
        options["exif"] = exif.tobytes()
    if "save_all" in options:
        options["append_images"] = [_image(mode, size, rng) for _ in range(2)]
    if kind == "ICO":
        options["sizes"] = [size]
    _image(mode, size, rng).save(file, kind, **options)
    return file.getvalue()


def _flipped(data: bytes, rng: random.Random, first: int) -> bytes:
    spoilt = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8, 32])):
        spoilt[rng.randrange(min(first, len(data)))] ^= 1 << rng.randrange(8)
    return bytes(spoilt)


def _shuffled(data: bytes, rng: random.Random) -> bytes:
    """A slice of the file is put in place of another, taken out, doubled, or made zeros."""
    start, end = sorted(rng.sample(range(len(data)), 2))
    slice_ = rng.choice([b"", 2 * data[start:end], bytes(end - start), rng.randbytes(end - start)])
    return data[:start] + slice_ + data[end:]


def _spoilt(data: bytes, suffix: str, rng: random.Random) -> Iterator[Spoilt]:
    yield Spoilt("whole", suffix, data)
    yield from (Spoilt("wrong extension", wrong, data) for wrong in rng.sample(SUFFIXES, 2))
    yield from (Spoilt("truncated", suffix, data[:rng.randrange(len(data))]) for _ in range(7))
    yield from (Spoilt("flipped", suffix, _flipped(data, rng, len(data))) for _ in range(7))
    yield from (Spoilt("flipped head", suffix, _flipped(data, rng, 64)) for _ in range(5))
    yield from (Spoilt("shuffled", suffix, _shuffled(data, rng)) for _ in range(4))
    yield Spoilt("text behind it", suffix, data + b"\n%PDF-1.4 <?php\n" + rng.randbytes(50))


@pytest.fixture(scope="session")
def spoilt() -> list[Spoilt]:
    """Over 2,000 files, most of them spoilt."""
    pixels, rng = np.random.default_rng(0), random.Random(0)
    originals = [(_encoded(kind, mode, size, options, pixels), f".{suffix}")
                 for (kind, suffix, mode, options), size in itertools.product(KINDS, SIZES)]
    files = [file for data, suffix in originals for file in _spoilt(data, suffix, rng)]
    halves = [Spoilt("half and half", suffix, one[:len(one) // 2] + other[len(other) // 2:])
              for (one, suffix), (other, _) in itertools.pairwise(originals)]
    noise = [b"", b"\0", bytes(5000), rng.randbytes(5000), b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"P6\n"]
    nothing = [Spoilt("noise", suffix, content) for suffix, content in itertools.product(SUFFIXES, noise)]
    return files + halves + nothing


# One process that does all the work itself dies, with a traceback, on the first file that takes too long.
SCRIPT = """
import faulthandler, functools, json, re, resource, sys
from pathlib import Path
from auxiliary.data.reading import inspect_files
from auxiliary.data.processing import convert
from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing.preprocess import preprocess_images

def watched(function):
    @functools.wraps(function)
    def wrapper(subject, *rest):
        print(subject, file=log, flush=True)
        faulthandler.dump_traceback_later(limit, exit=True)
        try:
            return function(subject, *rest)
        finally:
            faulthandler.cancel_dump_traceback_later()
    return wrapper

root, limit = Path(sys.argv[1]), int(sys.argv[2])
with (root / "log.txt").open("w", errors="backslashreplace") as log:
    if limit:
        inspect_files._inspected = watched(inspect_files._inspected)
        convert._converted = watched(convert._converted)
    overview = preprocess_images(catalogue(root / "raw-img"), root / "raw-img", root / "processed", size=48)
overview.to_json(root / "overview.json")
status = Path("/proc/self/status")
# The system counts in what started a process, the tests with TensorFlow loaded, unless asked in this way.
peak = re.search(r"VmHWM:\\s*(\\d+)", status.read_text())[1] if status.is_file() else (
    resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print(json.dumps(int(peak) // 1024))
"""


@pytest.fixture(scope="session")
def preprocessed() -> Callable[..., int]:
    """Catalogues and preprocesses `root/raw-img` as the product does, in processes of its own: `preprocessed(root)`.

    With a limit, a single process does all the work, in which no file may take more seconds than that.
    Returns the most memory that the process took, in MiB.
    """
    def run(root: Path, limit: int = 0, timeout: int = 600) -> int:
        command = [sys.executable, "-c", SCRIPT, root, str(limit)]
        environment = os.environ | ({"LOKY_MAX_CPU_COUNT": "1"} if limit else {})
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY,
                                   env=environment, start_new_session=True)
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        log = (root / "log.txt").read_text().splitlines()
        assert process.returncode == 0, f"the last file was {log[-1:]}\n{errors}"
        # Above it stands a sentence about folders that look alike.
        return json.loads(output.splitlines()[-1])

    return run
