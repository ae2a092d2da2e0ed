"""Several ways of doing the same work, timed in turn in fresh processes."""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from auxiliary.core.runtime import cpu_name
from auxiliary.evaluation.significance import mcnemar
from tests.benchmarks.works import Against, Work

SIDES = Path(__file__).parent / "sides"
Row = dict[str, str | float | bool]


class Runs(NamedTuple):
    """What a side's processes said, one a round.

    Attributes:
        seconds: what the work took.
        versions: of the libraries that did it.
        right: (rounds, images) whether each validation image was told right, where a side says so.
    """

    seconds: list[float]
    versions: str
    right: np.ndarray


def measured(work: Work, others: list[Against], place: Path) -> list[Row]:
    """Rows of the table: our way against each of some others, all of them in turn, round by round.

    Args:
        work: what to do.
        others: those of `work.others` to compare with.
        place: the folder with the images, as `images.prepare` makes it.
    """
    sides = [*(other.side for other in others), work.ours]
    said = [[_said(side, place, number) for side in sides] for number in range(work.rounds)]
    *theirs, ours = [_runs(list(of_side)) for of_side in zip(*said, strict=True)]
    rows = []
    for other, runs in zip(others, theirs, strict=True):
        about = {"against": other.name, "versions": f"{ours.versions}; {runs.versions}", "machine": cpu_name()}
        one, two = statistics.median(ours.seconds), statistics.median(runs.seconds)
        rows.append({"work": f"{work.name} (s)", **_compared(one, two, two / one, other.target), **about})
        if ours.right.size:
            rows.append({"work": f"{work.name}: validation accuracy, {work.rounds} seeds",
                         **_as_accurate(ours.right, runs.right), **about})
    return rows


def _compared(ours: float, baseline: float, ratio: float, target: float) -> Row:
    return {"ours": round(ours, 3), "baseline": round(baseline, 3), "ratio": round(ratio, 2),
            "target": round(target, 2), "met": ratio >= target}


def _as_accurate(ours: np.ndarray, baseline: np.ndarray) -> Row:
    """No worse means: McNemar's test over the images of all seeds does not tell it from as good."""
    p = mcnemar(int((ours & ~baseline).sum()), int((~ours & baseline).sum()))
    row = _compared(ours.mean(), baseline.mean(), ours.mean() / baseline.mean(), 1.0)
    return row | {"met": bool(ours.mean() >= baseline.mean() or p >= 0.05)}


def _said(side: str, place: Path, number: int) -> dict:
    """What a side says when it is run once; its seed is the number of the round."""
    words = side.split()
    variables = dict(word.split("=") for word in words if "=" in word)
    script, *arguments = words[len(variables):]
    command = [sys.executable, str(SIDES / f"{script}.py"), *arguments]
    done = subprocess.run(command, cwd=place, check=True, stdout=subprocess.PIPE, text=True,
                          env=os.environ | variables | {"TF_CPP_MIN_LOG_LEVEL": "3", "SEED": str(number)})
    said = json.loads(done.stdout.splitlines()[-1])
    print(f"  {side}: {said['seconds']:.2f} s", flush=True)
    return said


def _runs(said: list[dict]) -> Runs:
    return Runs([run["seconds"] for run in said], said[0]["versions"],
                np.array([run["right"] for run in said if run["right"]], bool))
