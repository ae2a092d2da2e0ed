"""How fast pictures are normalised, against one process of Pillow's plain calls.

    python tests/benchmarks/normalise.py FOLDER

Both sides run three times, in turn, each in a fresh process, and time their own work: importing is not counted,
starting workers is. Prints the median seconds, their ratio, the mean absolute difference (of 255, before JPEG) to
Pillow's plain antialiased resize, and the peak memory of a worker. The catalogue is made beforehand: notebook 01
needs it either way.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from auxiliary.data.catalogue import catalogue
from auxiliary.data.decode import open_rgb
from auxiliary.data.tables import write_table

ROUNDS = 3
SAMPLE = 500    # pictures whose difference is measured

# As text, because workers import the script that a process runs, with all that it imports.
PLAIN = """
import json, sys, time
from pathlib import Path
from PIL import Image
began = time.perf_counter()
for number, file in enumerate(json.loads(Path("files.json").read_text())):
    Image.open(file).convert("RGB").resize((224, 224)).save(f"{sys.argv[2]}/{number}.jpg", quality=90)
print(time.perf_counter() - began)
"""
OURS = """
import resource, sys, time
from pathlib import Path
from joblib import Parallel, delayed
from auxiliary.data.normalise import normalise
from auxiliary.data.tables import read_table
overview = read_table(Path("overview.csv"))
began = time.perf_counter()
normalise(overview, Path(sys.argv[1]), Path(sys.argv[2], "processed"))
print(time.perf_counter() - began)
usage = Parallel(n_jobs=-1)(delayed(resource.getrusage)(resource.RUSAGE_SELF) for _ in range(8))
print(max(worker.ru_maxrss for worker in usage) / (2**20 if sys.platform == "darwin" else 2**10))
"""


def printed(script: str, raw: Path, place: Path) -> list[float]:
    """The numbers that a script prints, in a process of its own."""
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([sys.executable, "-c", script, raw, out], check=True, stdout=subprocess.PIPE, text=True,
                              cwd=place)
        return [float(line) for line in done.stdout.split()]


def difference(file: str) -> float:
    """Mean absolute difference of one picture's pixels to the plain resize, of 255."""
    with Image.open(file) as image:
        expected = image.convert("RGB").resize((224, 224))
    return float(np.abs(np.asarray(open_rgb(file, 224), float) - np.asarray(expected, float)).mean())


def main(folder: str) -> None:
    """Measure both sides on a folder of pictures and print the result."""
    raw = Path(folder).resolve()
    overview = catalogue(raw)
    files = overview.loc[overview["problem"] == "", "filepath"].tolist()
    with tempfile.TemporaryDirectory() as place:
        write_table(overview, Path(place, "overview.csv"))
        Path(place, "files.json").write_text(json.dumps(files))
        rounds = [printed(PLAIN, raw, Path(place)) + printed(OURS, raw, Path(place)) for _ in range(ROUNDS)]
    plain, ours = (statistics.median(row[side] for row in rounds) for side in (0, 1))
    print(f"one process, plain Pillow: {plain:.2f} s    normalise: {ours:.2f} s    ratio: {plain / ours:.2f}")
    opaque = overview.loc[(overview["problem"] == "") & overview["mode"].isin(["RGB", "L", "CMYK"]), "filepath"]
    gaps = [difference(file) for file in random.Random(0).sample(list(opaque), min(SAMPLE, len(opaque)))]
    print(f"mean absolute difference: {statistics.mean(gaps):.3f} of 255 (worst picture {max(gaps):.3f})")
    print(f"peak memory of a worker: {max(row[2] for row in rounds):.0f} MiB")


if __name__ == "__main__":
    main(sys.argv[1])
