"""What bfloat16 costs in accuracy: a network trained in both precisions; writes `tests/benchmarks/precision.csv`.

    python -m tests.benchmarks.precision SOURCE

SOURCE is a zip or folder of CIFAR-10. The profile's network M1 is trained with three seeds, in float32 and in bfloat16,
whatever this machine would choose; with Adam, under which it hardly jumps from epoch to epoch as it does under RMSprop.
Compared is the accuracy on the validation images, as the choice of a precision is a choice like any other. Another
precision is another training, as another seed is: what it costs shows only over seeds, in Student's interval of the
mean difference.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pandas as pd
from scipy import stats

from auxiliary.core import runtime
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from auxiliary.training.train import train_and_evaluate

PRECISIONS = ("float32", "mixed_bfloat16")


def accuracy(root: Path, precision: str, seed: int) -> float:
    """The validation accuracy of a run in a precision."""
    project: Project = open_project("cifar10", "M1", {"optimizer": "adam"}, root)
    with mock.patch.multiple(runtime, cpu_precision=lambda _: precision, gpu_precision=lambda _: precision):
        run = train_and_evaluate(project.profile.scratch[0], project, seed)
    result = run.result
    assert result.precision == precision
    # A run's name does not tell the precision, which is the machine's.
    run.folder.rename(root / f"{precision}-{seed}")
    return result.val_accuracy


def main(source: str) -> None:
    """Train all, print and write the table."""
    rows = []
    with tempfile.TemporaryDirectory() as root:
        subprocess.run([sys.executable, "-m", "auxiliary", "run", "cifar10", "--only", "01", "-p", "source",
                        Path(source).resolve(), "--root", root], check=True)
        for seed in (0, 1, 2):
            full, short = (accuracy(Path(root), name, seed) for name in PRECISIONS)
            rows.append({"seed": seed, "float32": full, "bfloat16": short, "difference": short - full})
            print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    table["mean_low"], table["mean_high"] = stats.ttest_1samp(table["difference"], 0).confidence_interval()
    table = table.round(4).assign(network="M1, Adam", dataset="cifar10, 5,000 validation images",
                                  machine=runtime.cpu_name())
    print(table.to_string(index=False))
    table.to_csv(Path(__file__).parent / "precision.csv", index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
