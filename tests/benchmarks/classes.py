"""Time and memory of notebook 02 with many classes; replaces its row in `scale.csv`.

    python -m tests.benchmarks.classes

A small network is trained for two epochs on 10,000 images of 32 pixels in 300 classes. Memory is the highest resident
size of the notebook's kernel, its libraries included; seconds are those of the whole command. On Linux.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import yaml
from PIL import Image

from tests.benchmarks.scale import Row, as_row, replace_rows

CLASSES, IMAGES, SIDE = 300, 10_000, 32
STAGE = f"notebook 02, {CLASSES} classes"
PROFILE = {"image_size": SIDE, "scratch": [{"model_id": "small", "net": "conv(16) | pool | conv(32) | gap",
                                            "learning_rate": 0.01, "epochs": 2}]}


def main() -> None:
    """Measure, print and write the row."""
    row = _measured()
    print(pd.DataFrame([row]).to_string(index=False))
    replace_rows([row])


def _measured() -> Row:
    with tempfile.TemporaryDirectory() as place:
        folder, profile = Path(place, "images"), Path(place, "many.yaml")
        _make(folder)
        profile.write_text(yaml.safe_dump({"dataset": str(folder), "name": "many", **PROFILE}), encoding="utf-8")
        command = [sys.executable, "-m", "auxiliary", "run", str(profile), "--root", place, "--only"]
        subprocess.run([*command, "01"], check=True, stdout=subprocess.DEVNULL)
        began = time.perf_counter()
        memory = _most_memory([*command, "02"])
        return as_row(STAGE, IMAGES, {"seconds": time.perf_counter() - began, "memory": memory})


def _make(folder: Path) -> None:
    """Images of noise, each of its own; their classes cannot be learnt, so most predictions are mistakes."""
    rng = np.random.default_rng(0)
    for number in range(IMAGES):
        target = folder / f"class {number % CLASSES:03}" / f"{number}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), dtype="uint8")).save(target)


def _most_memory(command: list[str]) -> int:
    """The highest resident size in bytes of any kernel that a command starts; it must succeed."""
    most = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        while running.poll() is None:
            most = max([most, *map(_peak, psutil.Process(running.pid).children(recursive=True))])
            time.sleep(0.1)
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
    return most


def _peak(process: psutil.Process) -> int:
    """The highest resident size of a process in bytes so far, which Linux counts in units of 1,024; 0 at its end."""
    try:
        if not any("ipykernel" in word for word in process.cmdline()):
            return 0
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    except (psutil.NoSuchProcess, OSError):
        return 0
    return next((1024 * int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    main()
