"""How time and memory grow with the number of images; writes `tests/benchmarks/scale.csv`.

    python -m tests.benchmarks.scale FOLDER_OR_ZIP [COUNT ...]

Images are made of those in FOLDER_OR_ZIP: random crops of them, mirrored or not, encoded again, so that they are no
near-duplicates. Each stage runs in a fresh process; memory is the most that it and its workers had of their own at any
moment. The epoch decodes every image and augments it, with as small a network as possible, so that the network costs
little. Decoded images are not cached; the size of that cache is known: 150,528 bytes per image at 224 pixels.
"""

import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from PIL import Image, ImageOps

from auxiliary.core.parallel import in_batches
from auxiliary.core.runtime import cpu_name

COUNTS = (1_000, 10_000, 100_000)
STAGES = ("catalogue", "preprocess", "duplicates", "split", "epoch")
Job = tuple[Path, Path, int]


def copied(jobs: Sequence[Job]) -> list[None]:
    """Crops of images as images of their own: of each (image, file to make, number)."""
    return [_copied(*job) for job in jobs]


def _copied(source: Path, target: Path, number: int) -> None:
    rng = random.Random(number)
    with Image.open(source) as file:
        image = file.convert("RGB")
    width, height = image.size
    left, top = (rng.uniform(0, 0.35) for _ in range(2))
    right, bottom = (1 - rng.uniform(0, 0.35) for _ in range(2))
    part = image.crop((int(width * left), int(height * top), int(width * right), int(height * bottom)))
    (ImageOps.mirror(part) if number % 2 else part).resize(image.size).save(target, "JPEG", quality=85)


def make(source: Path, folder: Path, count: int) -> None:
    """Fill a folder with so many images, in the classes of those in `source`."""
    files = sorted(path for path in source.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    for category in {path.parent.name for path in files}:
        (folder / category).mkdir(parents=True)
    chosen = random.Random(0).choices(files, k=count)
    list(in_batches(copied, [(file, folder / file.parent.name / f"{number}.jpg", number)
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
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    table.to_csv(Path(__file__).parent / "scale.csv", index=False)


def _measured(stage: str, count: int, place: Path) -> dict[str, str | float]:
    command = [sys.executable, str(Path(__file__).parent / "sides" / "stage.py"), stage]
    done = subprocess.run(command, cwd=place, check=True, stdout=subprocess.PIPE, text=True)
    said = json.loads(done.stdout.splitlines()[-1])
    print(f"{count} images: {stage} {said['seconds']:.1f} s", flush=True)
    return {"stage": stage, "images": count, "seconds": round(said["seconds"], 2),
            "ms_an_image": round(1000 * said["seconds"] / count, 3), "memory_mb": round(said["memory"] / 1e6),
            "machine": cpu_name()}


if __name__ == "__main__":
    main(*sys.argv[1:])
