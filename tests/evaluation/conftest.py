import pytest

from auxiliary.evaluation.columns import COLUMNS, Result


@pytest.fixture
def result() -> Result:
    """A finished run; vary it with `result.model_copy(update={...})`."""
    values = {name: {int: 3, float: 0.1}.get(kind, name) for name, kind in COLUMNS.items()}
    return Result(**values | {"stage": "scratch", "time": "2025-06-16T12:00:00+00:00", "run": "run-1"})
