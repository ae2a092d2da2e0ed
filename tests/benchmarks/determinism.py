"""What it costs that a run gives the same figures again.

    python -m tests.benchmarks.determinism [FOLDER]

Trains a few epochs of some networks on images of FOLDER (noise, unless given), with TensorFlow's deterministic
operations and without, in turn, each in a fresh process. Prints the median seconds of all epochs but the first of each
process, by the clock and of the processor's time, and their ratios. Some virtual machines wake a waiting thread late,
so that single epochs take twice as long by the clock on either side: hence many short rounds, and the second figure.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from auxiliary.data.tables import write_table
from tests.images import clean_table_of

ROUNDS, EPOCHS, IMAGES = 5, 5, 400
# Name: side in pixels, network, augmentation.
NETWORKS = {
    "res(16) | res(32, 2) | res(64, 2), 28 px": (28, "res(16) | res(32, 2) | res(64, 2) | gap", "flip | shift(0.1)"),
    "conv(32) to conv(128), 32 px": (
        32, "conv(32) | conv(32) | pool | conv(64) | conv(64) | pool | conv(128) | pool | flatten | dense(128) "
            "| dropout(0.5)", ""),
    "conv4invto128_dense256, 224 px": (
        224, "conv(16) | pool | conv(32) | pool | conv(64) | pool | conv(128) | pool | flatten | dense(256) "
             "| dropout(0.5)", "flip | shift(0.1) | zoom(0.2) | brightness(0.1) | saturation(0.2)"),
}
WORKER = """
import sys, time
from pathlib import Path
from auxiliary.core import runtime
from auxiliary.config.experiment import ScratchExperiment
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.tables import read_table
from auxiliary.networks.build import build_scratch
size, net, augment, deterministic, epochs = int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5], int(sys.argv[6])
runtime.start(0, deterministic == "True")
table = read_table(Path(sys.argv[1]))
row = ScratchExperiment(model_id="m", key="m", learning_rate=1e-3, epochs=epochs, net=net, image_size=size)
model = build_scratch(row, table["label"].nunique())
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
batches = mk_tf_dataset(table, augment=augment, image_size=size, epochs=None, cache=True)
for epoch in range(epochs):
    began, worked = time.perf_counter(), time.process_time()
    model.fit(batches, steps_per_epoch=len(table) // 32, verbose=0)
    print(time.perf_counter() - began, time.process_time() - worked)
"""


def noise(folder: Path, count: int = IMAGES) -> None:
    """Two classes of images of 224x224, with the grain of photographs."""
    rng = np.random.default_rng(0)
    for number in range(count):
        pixels = rng.integers(0, 256, (28, 28, 3), dtype="uint8")
        target = folder / str(number % 2) / f"{number}.jpg"
        target.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).resize((224, 224), Image.Resampling.BICUBIC).save(target, quality=90)


def epoch_seconds(table: Path, size: int, net: str, augment: str, deterministic: bool) -> list[tuple[float, float]]:
    """The times of all epochs but the first, in a process of its own: by the clock, and of the processor."""
    arguments = [sys.executable, "-c", WORKER, table, str(size), net, augment, str(deterministic), str(EPOCHS)]
    done = subprocess.run(arguments, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return [tuple(map(float, line.split())) for line in done.stdout.splitlines()[1:]]


def main(folder: str | None) -> None:
    """Measure every network and print a line for each."""
    with tempfile.TemporaryDirectory() as place:
        if folder is None:
            (Path(place) / "images").mkdir()
            noise(Path(place) / "images")
        table = Path(place) / "table.csv"
        images = clean_table_of(Path(folder or Path(place) / "images"))
        write_table(images.sample(min(IMAGES, len(images)), random_state=0), table)
        for name, settings in NETWORKS.items():
            rounds = [[epoch_seconds(table, *settings, on) for on in (True, False)] for _ in range(ROUNDS)]
            for clock, number in (("s", 0), ("s of the processor", 1)):
                ours, free = (statistics.median(epoch[number] for row in rounds for epoch in row[side])
                              for side in (0, 1))
                print(f"{name}: an epoch takes {ours:.2f} {clock}, without determinism {free:.2f}, "
                      f"ratio {ours / free:.3f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
