"""The time that each step of cataloguing and preprocessing takes; writes `tests/benchmarks/preparing.csv`.

    python -m tests.benchmarks.preparing FOLDER_OR_ZIP

Each step is timed in one process, image by image, and the start of the workers by itself.
"""

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pandas as pd

from auxiliary.core.parallel import in_batches
from auxiliary.core.runtime import cpu_name
from auxiliary.data.processing.phash import hash_image
from auxiliary.data.reading.decode import rgb_pixels
from auxiliary.data.reading.inspect_files import content_hash, inspect_files
from auxiliary.data.reading.jpeg import encode_jpeg
from tests.benchmarks.images import unpack

SIZE, QUALITY, ROUNDS = 224, 90, 3
T = TypeVar("T")


class Stopwatch:
    """Adds up what each kind of step takes."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def __call__(self, step: str, work: Callable[[], T]) -> T:
        """Do some work and note how long it took."""
        began = time.perf_counter()
        done = work()
        self.seconds[step] += time.perf_counter() - began
        return done


def go_through(files: list[Path], out: Path) -> Counter[str]:
    """What each step took, over all files."""
    watch = Stopwatch()
    out.mkdir()
    for number, file in enumerate(files):
        target = out / f"{number}.jpg"
        watch("catalogue: read, hash and header", lambda file=file: inspect_files([file]))
        data = watch("read", file.read_bytes)
        watch("hash of the raw file, compared", lambda data=data: content_hash(data))
        pixels = watch("decode and resize", lambda data=data: rgb_pixels(data, SIZE))
        watch("perceptual hash and thumbnail", lambda pixels=pixels: hash_image(pixels))
        made = watch("encode", lambda pixels=pixels: encode_jpeg(pixels, QUALITY))
        watch("hash of the processed file", lambda made=made: content_hash(made))
        watch("write", lambda made=made, target=target: target.write_bytes(made))
    return watch.seconds


def main(source: str) -> None:
    """Measure, print and write the table; of several rounds the fastest, as the others were disturbed."""
    with tempfile.TemporaryDirectory() as place:
        unpack(Path(source), Path(place))
        files = sorted(path for path in Path(place, "raw-img").rglob("*.*") if path.is_file())
        began = time.perf_counter()
        list(in_batches(inspect_files, files[:2], "start workers", size=1))
        started = time.perf_counter() - began
        # One folder each: where many files were just removed, making new ones takes longer.
        rounds = [go_through(files, Path(place, f"out-{number}")) for number in range(ROUNDS)]
    best = min(rounds, key=lambda seconds: seconds.total())
    table = pd.DataFrame([{"step": step, "ms_an_image": round(1000 * seconds / len(files), 3),
                           "share": round(seconds / best.total(), 3)} for step, seconds in best.items()])
    table = table.assign(images=len(files), starting_workers_s=round(started, 2), machine=cpu_name())
    print(table.to_string(index=False))
    table.to_csv(Path(__file__).parent / "preparing.csv", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
