"""Finished runs written by hand, in no time."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from auxiliary.runs.result import COLUMNS, Result
from auxiliary.runs.run import Run

VALUES = {name: {int: 1, float: 0.5}.get(kind, "x") for name, kind in COLUMNS.items()} | {
    "stage": "scratch", "diverged": ""}
PRINT = "0123456789ab"


@pytest.fixture
def make_run(tmp_path) -> Callable[..., Run]:
    """Writes a finished run below `tmp_path`: `make_run("small", val_accuracy=0.9)`; by default of demo, at 12 o'clock.
    """
    def make(key: str, name: str = "", dataset: str = "demo", **about) -> Run:
        run = Run(tmp_path / "models" / dataset / (name or f"{key}-{PRINT}"))
        run.begin({"experiment": {"key": key}, "seed": 0, "parent": None})
        run.finish(Result(**VALUES | {"key": key, "seed": 0, "dataset": dataset, "run_id": f"{run.id}-20260101T120000",
                                      "finished_at": datetime(2026, 1, 1, 12, tzinfo=UTC)} | about))
        return run

    return make
