"""Measures everything, prints the table and writes `tests/benchmarks/results.csv`.

    python -m tests.benchmarks FOLDER_OR_ZIP [PART_OF_A_NAME ...]

With parts of names, only works that have one of them in their name are measured, and nothing is written.
"""

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from tests.benchmarks.measure import measured
from tests.benchmarks.pictures import prepare
from tests.benchmarks.works import WORKS, Against

RESULTS = Path(__file__).parent / "results.csv"


def possible(other: Against) -> bool:
    """Whether the package that it needs is there; says so where it is not."""
    if other.needs and not find_spec(other.needs):
        print(f"{other.name} is left out: .venv/bin/pip install -e '.[bench]' would bring {other.needs}")
        return False
    return True


def main(source: str, *parts: str) -> None:
    """Measure and print; write where all was measured."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        prepare(Path(source), Path(place))
        for work in WORKS:
            if not parts or any(part in work.name for part in parts):
                print(work.name, flush=True)
                rows += measured(work, [other for other in work.others if possible(other)], Path(place))
                if not parts:
                    pd.DataFrame(rows).to_csv(RESULTS, index=False)
    print(pd.DataFrame(rows).drop(columns=["versions", "machine"]).to_string(index=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
