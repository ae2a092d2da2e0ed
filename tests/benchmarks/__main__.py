"""Measures everything, prints the table and writes `tests/benchmarks/results.csv`.

    python -m tests.benchmarks FOLDER_OR_ZIP [PART_OF_A_NAME ...]

With parts of names, only works that have one of them in their name are measured, and nothing is written.
"""

import sys
import tempfile
from pathlib import Path

import pandas as pd

from auxiliary.runtime import cpu_name
from tests.benchmarks.measure import medians
from tests.benchmarks.pictures import prepare
from tests.benchmarks.works import WORKS, Work

RESULTS = Path(__file__).parent / "results.csv"


def measured(work: Work, place: Path) -> dict[str, str | float | bool]:
    """A row of the table."""
    ours, baseline = medians([work.ours, work.baseline], place)
    ratio = baseline["seconds"] / ours["seconds"]
    return {
        "work": work.work, "against": work.against, "ours": round(ours["seconds"], 3),
        "baseline": round(baseline["seconds"], 3), "ratio": round(ratio, 2), "target": round(work.target, 2),
        "met": ratio >= work.target, "versions": f"{ours['versions']}; {baseline['versions']}", "machine": cpu_name(),
    }


def main(source: str, *parts: str) -> None:
    """Measure and print; write where all was measured."""
    wanted = [work for work in WORKS if not parts or any(part in f"{work.work} {work.against}" for part in parts)]
    with tempfile.TemporaryDirectory() as place:
        prepare(Path(source), Path(place))
        rows = []
        for work in wanted:
            rows.append(measured(work, Path(place)))
            print({name: rows[-1][name] for name in ("work", "against", "ours", "baseline", "ratio")}, flush=True)
    table = pd.DataFrame(rows)
    print(table.drop(columns=["versions", "machine"]).to_string(index=False))
    if not parts:
        table.to_csv(RESULTS, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
