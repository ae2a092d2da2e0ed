"""A run that is trained anew: the old one is whole until the new one has its place."""

import pytest

from auxiliary.runs.data_sets import runs_in
from auxiliary.runs.replacement import (
    current,
    earlier_trainings,
    is_replaced,
    is_unfinished,
    remove_old,
    replace_later,
    replace_now,
    replacement,
)
from auxiliary.runs.run import Run


def write(run: Run, result, seed: int) -> None:
    run.begin({"seed": seed})
    run.model_file.write_bytes(bytes([seed]))
    run.finish(result)


@pytest.fixture
def run(tmp_path, result) -> Run:
    """A finished run that is to be trained anew."""
    run = Run(tmp_path / "models" / "small-h0123456789ab")
    write(run, result, seed=1)
    assert current(run) == run and not is_unfinished(run)
    replace_later(run)
    return run


def test_until_the_new_one_is_finished_the_old_one_is_read(run):
    assert is_replaced(run) and is_unfinished(run)
    assert current(run).id == run.id and not current(run).finished
    current(run).begin({"seed": 2})
    run.check()
    assert run.recipe == {"seed": 1}
    assert runs_in(run.folder.parent) == [run]


def test_the_new_one_takes_its_place_and_nothing_else_is_left(run, result):
    write(replacement(run), result, seed=2)
    replace_now(run)
    remove_old(run)
    run.check()
    assert run.recipe == {"seed": 2} and run.model.read_bytes() == b"\2"
    assert not is_unfinished(run)
    assert [path.name for path in run.folder.parent.iterdir()] == [run.id]


def test_a_kill_between_the_two_steps_loses_nothing(run, result, monkeypatch):
    write(replacement(run), result, seed=2)
    rename, done = type(run.folder).rename, []

    def killed(path, target):
        if done:
            raise InterruptedError
        done.append(path)
        return rename(path, target)

    with monkeypatch.context() as patch, pytest.raises(InterruptedError):
        patch.setattr(type(run.folder), "rename", killed)
        replace_now(run)
    assert not run.finished and is_unfinished(run) and current(run).finished
    replace_now(run)
    remove_old(run)
    assert run.recipe == {"seed": 2}
    assert [path.name for path in run.folder.parent.iterdir()] == [run.id]


def test_each_training_that_was_replaced_is_noted_once(run, result):
    for number in (2, 3, 3):    # the last one is what a kill may lead to
        write(replacement(run), result.model_copy(update={"run_id": f"run-{number}"}), seed=number)
        replace_now(run)
        replace_later(run)
    assert earlier_trainings(run) == ["run-1", "run-2", "run-3"]


def test_what_others_put_into_the_folder_stays(run, result):
    (run.folder / "notes.txt").write_text("mine", encoding="utf-8")
    (run.folder / "export").mkdir()
    (run.folder / "export" / "model.onnx").touch()
    # A run that diverges has fewer files, and must not get those of the old one.
    replacement(run).begin({"seed": 2})
    replacement(run).finish(result.model_copy(update={"diverged": "in epoch 1"}))
    replace_now(run)
    assert {path.name for path in run.folder.iterdir()} == {
        "recipe.json", "result.json", "notes.txt", "export-20250616T120000", "earlier-runs.txt"}
    assert (run.folder / "export-20250616T120000" / "model.onnx").is_file()
