"""Measures everything, prints the table and writes `tests/benchmarks/results.csv`.

    python -m tests.benchmarks FOLDER_OR_ZIP [PART_OF_A_NAME ...]

With parts of names, only works that have one of them in their name are measured; the others' rows stay as they are.
"""

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from tests.benchmarks.images import prepare
from tests.benchmarks.measure import Experiment, measured
from tests.benchmarks.works import WORKS, Against, Work

RESULTS = Path(__file__).parent / "results.csv"


def possible(other: Against) -> bool:
    """Whether the package that it needs is there; says so where it is not."""
    if other.needs and not find_spec(other.needs):
        print(f"{other.name} is left out: .venv/bin/pip install -e '.[bench]' would bring {other.needs}")
        return False
    return True


def main(source: str, *parts: str) -> None:
    """Measure, write after every work, and print."""
    with tempfile.TemporaryDirectory() as place:
        prepare(Path(source), Path(place))
        for work in WORKS:
            if not parts or any(part in work.name for part in parts):
                print(work.name, flush=True)
                write(work, measured(work, [other for other in work.others if possible(other)], Path(place)))
    print(pd.read_csv(RESULTS).drop(columns=["versions", "machine"]).to_string(index=False))


def write(work: Work, experiments: list[Experiment]) -> None:
    """Let a work's rows take the place of what was measured of it before; works come in their order."""
    kept = pd.read_csv(RESULTS) if RESULTS.is_file() else pd.DataFrame(columns=["work"])
    number = {name: place for place, name in enumerate(each.name for each in WORKS)}
    place_of = kept["work"].map(lambda said: next((number[name] for name in number if said.startswith(name)), -1))
    before, after = (kept[kept_there] for kept_there in (
        place_of.between(0, number[work.name] - 1), place_of > number[work.name]))
    pd.concat([before, pd.DataFrame(experiments), after]).to_csv(RESULTS, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
