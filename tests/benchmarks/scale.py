"""Time and memory by the number of images; writes `tests/benchmarks/scale.csv`.

    python -m tests.benchmarks.scale FOLDER_OR_ZIP [COUNT ...]

Images are made of those in FOLDER_OR_ZIP: random parts of them, mirrored or not, encoded anew, so that none is a
near-duplicate. Each stage runs in a fresh process. Memory is the highest sum of private memory of the process and its
workers. The epoch decodes and augments every image and trains the smallest possible network, so that the network's own
cost does not count. Decoded images are not cached: their size is known beforehand, 150,528 bytes each at 224 pixels.
"""

import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from PIL import Image, ImageOps

from auxiliary.core.parallel import in_batches
from auxiliary.core.runtime import cpu_name

COUNTS = (1_000, 10_000, 100_000)
STAGES = ("catalogue", "preprocess", "duplicates", "split", "epoch")
Job = tuple[Path, Path, int]
Row = dict[str, str | float]


def write_crops(jobs: Sequence[Job]) -> list[None]:
    """Write a random crop of each image; a job is (image, file to write, number)."""
    return [_write_crop(*job) for job in jobs]


def _write_crop(source: Path, target: Path, number: int) -> None:
    rng = random.Random(number)
    with Image.open(source) as file:
        image = file.convert("RGB")
    width, height = image.size
    left, top = (rng.uniform(0, 0.35) for _ in range(2))
    right, bottom = (1 - rng.uniform(0, 0.35) for _ in range(2))
    crop = image.crop((int(width * left), int(height * top), int(width * right), int(height * bottom)))
    (ImageOps.mirror(crop) if number % 2 else crop).resize(image.size).save(target, "JPEG", quality=85)


def make(source: Path, folder: Path, count: int) -> None:
    """Fill a folder with `count` images, in the classes of the images in `source`."""
    files = sorted(path for path in source.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    for category in {path.parent.name for path in files}:
        (folder / category).mkdir(parents=True)
    chosen = random.Random(0).choices(files, k=count)
    list(in_batches(write_crops, [(file, folder / file.parent.name / f"{number}.jpg", number)
                             for number, file in enumerate(chosen)], "make images"))


def main(source: str, *counts: str) -> None:
    """Measure every count, print and write the table."""
    rows = []
    with tempfile.TemporaryDirectory() as unpacked:
        folder = Path(source)
        if not folder.is_dir():
            with zipfile.ZipFile(folder) as archive:
                archive.extractall(unpacked)
            folder = Path(unpacked)
        for count in map(int, counts or COUNTS):
            with tempfile.TemporaryDirectory() as place:
                make(folder, Path(place, "raw-img"), count)
                rows += [_measured(stage, count, Path(place)) for stage in STAGES]
    print(pd.DataFrame(rows).to_string(index=False))
    replace_rows(rows)


def replace_rows(rows: Sequence[Row]) -> None:
    """Write measured rows to the table, in place of all rows of their stages."""
    path, new = Path(__file__).parent / "scale.csv", pd.DataFrame(rows)
    old = pd.read_csv(path)
    pd.concat([old[~old["stage"].isin(new["stage"])], new]).to_csv(path, index=False)


def as_row(stage: str, count: int, said: Mapping[str, float]) -> Row:
    """A row of the table from what a stage's process said: seconds and bytes."""
    print(f"{count} images: {stage} {said['seconds']:.1f} s", flush=True)
    return {"stage": stage, "images": count, "seconds": round(said["seconds"], 2),
            "ms_an_image": round(1000 * said["seconds"] / count, 3), "memory_mb": round(said["memory"] / 1e6),
            "machine": cpu_name()}


def _measured(stage: str, count: int, place: Path) -> Row:
    command = [sys.executable, str(Path(__file__).parent / "sides" / "stage.py"), stage]
    done = subprocess.run(command, cwd=place, check=True, stdout=subprocess.PIPE, text=True)
    return as_row(stage, count, json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
