"""How fast a GPU trains, and whether it repeats its figures, in under eight minutes.

    python -m tests.benchmarks.gpu [FOLDER]

Needs no network. The images are those of FOLDER, one folder per class, or made ones. Each figure is printed and written
to `tests/benchmarks/gpu.csv` when it is known, so the command can be stopped at any time. Without a GPU it says so, and
measures small networks on the processor.

Rates are images per second: `step` trains on one batch in memory, `feed` makes augmented batches and trains nothing,
with all cores and with two, and `epoch` does both at a time. `pytorch` trains on that one batch in PyTorch, where it is
installed: bfloat16, channels last.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from auxiliary.core import runtime
from auxiliary.core.driver import find_driver
from auxiliary.core.paths import REPOSITORY
from auxiliary.data.tables import write_table
from tests.benchmarks.determinism import noise
from tests.images import clean_table_of

RESULTS = Path(__file__).parent / "gpu.csv"
SIDES = Path(__file__).parent / "sides"
IMAGES = 2048


class Network(NamedTuple):
    """A network to train.

    Attributes:
        profile: the profile that it is of.
        key: its experiment.
        size: side of the images in pixels.
    """

    profile: str
    key: str
    size: int


NETWORKS = [Network("animals10", "conv5invto128_dense1", 160), Network("animals10", "resnet8", 128),
            Network("animals10", "resnet_5000_hour", 128)]
SMALL = [Network("demo", "cnn_16_32", 28), Network("demo", "airbench_small", 28)]
BATCHES = (32, 256)
BACKBONES = ("EfficientNetLite0", "EfficientNetV2S")


def main(folder: str | None = None) -> None:
    """Measure everything, and write each row when it is known."""
    driver = find_driver()
    card = f"{driver.gpus[0]}, driver {driver.version}" if driver else ""
    print(card or "no GPU is found: small networks are measured on the processor", flush=True)
    about = {"device": card or runtime.cpu_name(), "commit": runtime.commit(),
             "versions": ", ".join(f"{name} {version(name)}" for name in ("tensorflow", "keras", "torch")
                                   if find_spec(name))}
    with tempfile.TemporaryDirectory() as place:
        table = images_table(Path(folder) if folder else None, Path(place), IMAGES if card else IMAGES // 8)
        for row in chain(rates(NETWORKS if card else SMALL, table), commands(Path(place) / "root")):
            print(f"  {row['what']}: {row['value']:,} {row['unit']}", flush=True)
            write(row | about)


def rates(networks: list[Network], table: Path) -> Iterator[dict]:
    """Images per second of networks and of frozen backbones."""
    for network in networks:
        name = f"{network.key}, {network.size} px"
        for cores in ("all", "2"):
            yield from said("gpu_feed", network, table, cores, name=name)
        yield from said("gpu_network", network, table, *BATCHES, name=name)
        if find_spec("torch"):
            yield from said("gpu_torch", network, table, *BATCHES, name=name)
    for backbone in BACKBONES:
        yield from said("gpu_features", backbone, table, name=backbone)


def said(side: str, of: Network | str, *arguments: object, name: str) -> Iterator[dict]:
    """The rows that a script prints, one JSON object a line, as it prints them."""
    first = of if isinstance(of, tuple) else (of,)
    command = [sys.executable, str(SIDES / f"{side}.py"), *map(str, [*first, *arguments])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        for line in process.stdout:
            row = json.loads(line)
            yield row | {"what": f"{name}: {row['what']}"}
    if process.returncode:
        print(f"  {side} of {name} failed with exit status {process.returncode}", flush=True)


# A network from scratch, a frozen backbone, one whose frozen part runs once, and one that is tuned as a whole.
KINDS = "resnet8,resnet_5000_hour,mobnet2_small,mobnet2_small_tune20,lite0"


def commands(root: Path) -> Iterator[dict]:
    """The demo's time, whether an experiment gives the same figures again, and whether every kind of row trains."""
    for what, arguments in {
            "run demo, all notebooks": ("run", "demo"),
            "reproduce cnn_16_32: all figures are equal": ("reproduce", "cnn_16_32"),
            "one epoch of every kind of experiment": ("run", "animals10", "--smoke-test", "-e", KINDS)}.items():
        began = time.perf_counter()
        done = subprocess.run([sys.executable, "-m", "auxiliary", *arguments, "--root", str(root)], check=False,
                              cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            print(done.stdout[-2000:], flush=True)
        yield {"what": what + ("" if done.returncode == 0 else ": failed"),
               "value": round(time.perf_counter() - began, 1), "unit": "s"}


def images_table(folder: Path | None, place: Path, count: int) -> Path:
    """A table of so many images, those of a folder or made ones."""
    if folder is None:
        folder = place / "images"
        folder.mkdir()
        noise(folder, count)
    images = clean_table_of(folder)
    write_table(images.sample(min(count, len(images)), random_state=0), place / "table.csv")
    return place / "table.csv"


def write(row: dict) -> None:
    """Let a row take the place of that of the same work on the same device."""
    kept = pd.read_csv(RESULTS) if RESULTS.is_file() else pd.DataFrame(columns=["what", "device"])
    others = kept[(kept["what"] != row["what"]) | (kept["device"] != row["device"])]
    pd.concat([others, pd.DataFrame([row])]).to_csv(RESULTS, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
