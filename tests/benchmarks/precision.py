"""What bfloat16 costs in accuracy: a network trained in both precisions; writes `tests/benchmarks/precision.csv`.

    python -m tests.benchmarks.precision SOURCE

SOURCE is a zip or folder of CIFAR-10. The profile's network M1 is trained with the profile's three seeds, in float32
and in bfloat16, whatever this machine would choose. Pairs are compared on the validation pictures: the choice of a
precision is a choice like any other.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pandas as pd

from auxiliary import runtime
from auxiliary.data.tables import read_table
from auxiliary.evaluation.paired import paired_test
from auxiliary.lab import Lab
from auxiliary.opening import open_lab
from auxiliary.training.train import train_and_evaluate

PRECISIONS = ("float32", "mixed_bfloat16")


def trained(root: Path, precision: str, seed: int) -> tuple[pd.DataFrame, float]:
    """The validation predictions of a run in a precision, and the seconds of its training."""
    lab: Lab = open_lab("cifar10", "M1", root=root)
    with mock.patch.multiple(runtime, cpu_precision=lambda _: precision, gpu_precision=lambda _: precision):
        run = train_and_evaluate(lab.profile.scratch[0], lab, seed)
    said = read_table(run.folder / "predictions-val.csv"), run.result.train_seconds
    assert run.result.precision == precision
    # A run's name does not tell the precision, which is the machine's.
    run.folder.rename(root / f"{precision}-{seed}")
    return said


def main(source: str) -> None:
    """Train all, print and write the table."""
    rows = []
    with tempfile.TemporaryDirectory() as root:
        subprocess.run([sys.executable, "-m", "auxiliary", "run", "cifar10", "--only", "01", "-p", "source",
                        Path(source).resolve(), "--root", root], check=True)
        for seed in (0, 1, 2):
            (full, full_seconds), (short, short_seconds) = (trained(Path(root), name, seed) for name in PRECISIONS)
            test = paired_test(short, full)
            accuracies = ((said["category"] == said["predicted"]).mean() for said in (full, short))
            rows.append({"network": "M1", "dataset": "cifar10", "val_pictures": len(full), "seed": seed,
                         **dict(zip(PRECISIONS, accuracies, strict=True)), "difference_low": test.low,
                         "difference_high": test.high, "p": test.p, "seconds_ratio": short_seconds / full_seconds,
                         "machine": runtime.cpu_name()})
            print(rows[-1], flush=True)
    pd.DataFrame(rows).round(4).to_csv(Path(__file__).parent / "precision.csv", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
