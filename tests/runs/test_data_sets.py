"""Which data set a command uses, and what it says where that is not clear."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from auxiliary.core.errors import UserError
from auxiliary.runs.data_sets import data_sets, find_data_set, runs_in
from auxiliary.runs.run import Run


@pytest.fixture
def finish(tmp_path, result) -> Callable[[str, int], Run]:
    """Writes a run that finished on a day of January: `finish("demo", 3)`."""
    def write(dataset: str, day: int) -> Run:
        run = Run(tmp_path / "models" / dataset / f"small-{day}")
        run.begin({})
        run.finish(result.model_copy(update={"dataset": dataset, "finished_at": datetime(2026, 1, day, tzinfo=UTC)}))
        return run

    return write


def refusal(*arguments) -> str:
    with pytest.raises(UserError) as caught:
        find_data_set(*arguments)
    return str(caught.value)


def test_the_only_data_set_needs_no_name(finish, tmp_path):
    finish("demo", 1)
    (tmp_path / "models" / "README.md").touch()
    assert data_sets(tmp_path) == ["demo"]
    assert [find_data_set(name, tmp_path) for name in (None, "", "demo")] == ["demo"] * 3


def test_of_several_one_must_be_named(finish, tmp_path):
    finish("flowers", 4)
    finish("demo", 2)
    finish("demo", 5)
    (tmp_path / "models" / "animals10").mkdir()
    models = tmp_path / "models"
    assert refusal("", tmp_path, "--dataset") == (
        f"{models} holds several data sets: name one with --dataset: animals10, demo, flowers (the newest run is of "
        "demo)")
    assert f"{models} holds several data sets: name one: animals10, " in refusal(None, tmp_path)
    assert find_data_set("animals10", tmp_path) == "animals10"


def test_the_newest_is_told_by_the_runs_that_can_be_read(finish, tmp_path):
    finish("demo", 3)
    damaged = finish("flowers", 4)
    damaged.result_file.write_bytes(b"{")
    assert refusal("", tmp_path).endswith("demo, flowers (the newest run is of demo)")


def test_without_a_finished_run_none_is_the_newest(tmp_path):
    for name in ("one", "other"):
        Run(tmp_path / "models" / name / "small").begin({})
    assert refusal("", tmp_path).endswith("name one: one, other")


def test_a_name_that_does_not_exist(finish, tmp_path):
    assert "holds no data set: run a profile first" in refusal("demo", tmp_path)
    finish("flowers", 1)
    assert "'flower': did you mean 'flowers'?" in refusal("flower", tmp_path)
    assert "'..' (valid: flowers)" in refusal("..", tmp_path)


def test_the_runs_of_a_data_set_are_those_that_were_begun(finish, tmp_path):
    finished, folder = finish("demo", 2), tmp_path / "models" / "demo"
    begun = Run(folder / "large")
    begun.begin({})
    (folder / "empty").mkdir()
    assert runs_in(folder) == [begun, finished]
