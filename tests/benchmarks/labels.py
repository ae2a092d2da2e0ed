"""Time and memory of labels in a CSV file, by the number of its rows; replaces their rows in `scale.csv`.

    python -m tests.benchmarks.labels [COUNT ...]

A row names a file by a path of 30 characters and one of 100 classes. Reading includes all checks of columns, classes
and repeated rows. Matching finds the file of each row among as many paths: by its whole path, or by its name alone,
without the extension. Each stage runs in a fresh process, on Linux. Seconds are processor time of its one thread.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from tests.benchmarks.scale import Row, as_row, replace_rows

COUNTS = (1_000, 10_000, 100_000, 1_000_000)
# The work, and what the rows call an image.
STAGES = {
    "labels: read": ("read", "{path}"),
    "labels: match whole paths": ("match", "{path}"),
    "labels: match names": ("match", "{stem}"),
}


def main(*counts: str) -> None:
    """Measure every count, print and write the rows."""
    rows = [_measured(stage, count) for count in map(int, counts or COUNTS) for stage in STAGES]
    print(pd.DataFrame(rows).to_string(index=False))
    replace_rows(rows)


def _measured(stage: str, count: int) -> Row:
    work, name = STAGES[stage]
    with tempfile.TemporaryDirectory() as place:
        csv, images = Path(place, "labels.csv"), Path(place, "images.txt")
        stems, classes = [f"{number:014}" for number in range(count)], [f"{number % 100:03}" for number in range(count)]
        paths = [f"images/{category}/{stem}.jpg" for category, stem in zip(classes, stems, strict=True)]
        images.write_text("\n".join(paths), encoding="utf-8")
        named = [name.format(path=path, stem=stem) for path, stem in zip(paths, stems, strict=True)]
        pd.DataFrame({"image": named, "label": classes}).to_csv(csv, index=False)
        command = [sys.executable, str(Path(__file__).parent / "sides" / "labels.py"), work, str(csv), str(images)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return as_row(stage, count, json.loads(done.stdout.splitlines()[-1]))


if __name__ == "__main__":
    main(*sys.argv[1:])
