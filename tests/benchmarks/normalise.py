"""How fast pictures are normalised, against one process of Pillow's plain calls.

    python tests/benchmarks/normalise.py FOLDER

Both sides run three times, in turn, each in a fresh process, start-up included. Prints the median seconds, their
ratio, the mean absolute difference (of 255, before JPEG) to Pillow's plain antialiased resize, and the peak memory of
a worker. The catalogue is made beforehand: notebook 01 needs it either way.
"""

import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from PIL import Image

from auxiliary.data.catalogue import catalogue
from auxiliary.data.decode import open_rgb
from auxiliary.data.normalise import normalise
from auxiliary.data.tables import read_table, write_table

ROUNDS = 3
SAMPLE = 500


def plain(overview: pd.DataFrame, out: Path) -> None:
    """One process, the calls everybody writes."""
    for number, file in enumerate(overview.loc[overview["problem"] == "", "filepath"]):
        Image.open(file).convert("RGB").resize((224, 224)).save(out / f"{number}.jpg", quality=90)


def ours(overview: pd.DataFrame, raw: Path, out: Path) -> None:
    """`normalise`, and what the workers that are still warm took at their peak."""
    normalise(overview, raw, out / "processed")
    peaks = Parallel(n_jobs=2)(delayed(peak_mebibytes)() for _ in range(2))
    print(f"{max(peaks):.0f}")


def peak_mebibytes() -> float:
    """Peak resident memory of this process."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def timed(side: str, table: Path, raw: Path) -> tuple[float, str]:
    """Seconds and output of one side in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        start = time.perf_counter()
        done = subprocess.run([sys.executable, __file__, side, table, raw, out], check=True, capture_output=True,
                              text=True)
        return time.perf_counter() - start, done.stdout.strip()


def differences(overview: pd.DataFrame) -> list[float]:
    """Mean absolute difference to the plain resize, for a sample of the opaque pictures."""
    files = overview.loc[(overview["problem"] == "") & overview["mode"].isin(["RGB", "L", "CMYK"]), "filepath"]
    return [difference(file) for file in random.Random(0).sample(list(files), min(SAMPLE, len(files)))]


def difference(file: str) -> float:
    """Mean absolute difference of one picture's pixels, of 255."""
    with Image.open(file) as image:
        expected = image.convert("RGB").resize((224, 224))
    return float(np.abs(np.asarray(open_rgb(file, 224), float) - np.asarray(expected, float)).mean())


def main(folder: str) -> None:
    """Measure both sides on a folder of pictures and print the result."""
    with tempfile.TemporaryDirectory() as place:
        table, raw = Path(place, "overview.csv"), Path(folder).resolve()
        write_table(catalogue(raw), table)
        rounds = [(timed("plain", table, raw)[0], *timed("ours", table, raw)) for _ in range(ROUNDS)]
        gaps = differences(read_table(table))
    one, all_cores = (statistics.median(row[side] for row in rounds) for side in (0, 1))
    print(f"one process, plain Pillow: {one:.2f} s    normalise: {all_cores:.2f} s    ratio: {one / all_cores:.2f}")
    print(f"mean absolute difference: {statistics.mean(gaps):.3f} of 255 (worst picture {max(gaps):.3f})")
    print(f"peak memory of a worker: {max(int(row[2]) for row in rounds)} MiB")


if __name__ == "__main__":
    if len(sys.argv) == 2:
        main(sys.argv[1])
    elif sys.argv[1] == "plain":
        plain(read_table(Path(sys.argv[2])), Path(sys.argv[4]))
    else:
        ours(read_table(Path(sys.argv[2])), Path(sys.argv[3]), Path(sys.argv[4]))
