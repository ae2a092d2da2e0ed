"""Finished runs found by their names; the tests write the run folders by hand."""

from datetime import UTC, datetime
from math import nan

import pytest

from auxiliary.core.errors import UserError
from auxiliary.runs.named import find_best, find_finished, find_finished_or_best
from auxiliary.runs.run import Run
from tests.runs.conftest import PRINT


def test_a_run_goes_by_its_key_its_name_with_or_without_the_time_and_its_folder(make_run, tmp_path):
    run, _ = make_run("small"), make_run("large")
    for name in ("small", run.id, run.result.run_id, str(run.folder)):
        assert find_finished(name, tmp_path) == run
    assert find_finished(str(run.folder), tmp_path / "elsewhere") == run


@pytest.mark.parametrize("key", ["x" * 300, "~nobody-has-this-name", "a/b", ".", "[new]", "é"])
def test_a_key_that_is_no_path_is_found(make_run, tmp_path, key):
    run = make_run(key, f"slug-{PRINT}")
    assert find_finished(key, tmp_path) == run


def test_the_best_has_the_best_validation_accuracy_of_its_data_set(make_run, tmp_path):
    make_run("small", val_accuracy=0.8, accuracy=0.99)
    best = make_run("a", val_accuracy=0.9)
    make_run("equal", val_accuracy=0.9)
    assert find_best(tmp_path) == best
    other = make_run("small", dataset="flowers", val_accuracy=0.1)
    assert find_best(tmp_path, "flowers") == other == find_finished_or_best("", tmp_path, "flowers")
    with pytest.raises(UserError, match=r"name one with --dataset: demo, flowers \(the newest run is of "):
        find_best(tmp_path)


def test_a_refit_is_never_the_best_and_found_by_its_key(make_run, tmp_path):
    refit = make_run("again", refit="train+val", parent="small", val_accuracy=nan)
    with pytest.raises(UserError, match="no finished run of its newest images with a validation accuracy"):
        find_best(tmp_path)
    small = make_run("small", val_accuracy=0.1)
    assert find_best(tmp_path) == small
    assert find_finished("again", tmp_path) == refit


@pytest.mark.parametrize("column", ["images_hash", "split_rule"])
def test_the_best_is_one_of_the_newest_images_and_split(make_run, tmp_path, column):
    later = {column: "new", "finished_at": datetime(2026, 1, 2, tzinfo=UTC)}
    make_run("old", val_accuracy=0.99)
    best = make_run("better", val_accuracy=0.8, **{column: "new"})
    make_run("worse", val_accuracy=0.7, **later)
    assert find_best(tmp_path) == best
    make_run("diverging", **later | {column: "newest", "diverged": "in epoch 1",
                                     "finished_at": datetime(2026, 1, 3, tzinfo=UTC)})
    with pytest.raises(UserError, match="holds no finished run of its newest images with a validation accuracy"):
        find_best(tmp_path)


def test_a_key_is_one_of_its_data_set(make_run, tmp_path):
    small, large = make_run("small"), make_run("large", dataset="flowers")
    other = make_run("small", f"small-{PRINT[::-1]}", dataset="flowers")
    assert find_finished("large", tmp_path) == large
    assert find_finished("small", tmp_path, "demo") == small
    assert find_finished("small", tmp_path, "flowers") == other
    with pytest.raises(UserError, match=r"unknown run of .*/models/demo 'large' \(valid: small\)"):
        find_finished("large", tmp_path, "demo")
    with pytest.raises(UserError, match=r"unknown data set of .* 'flower': did you mean 'flowers'"):
        find_finished("small", tmp_path, "flower")


def test_the_folder_of_a_run_tells_its_data_set(make_run, tmp_path):
    run = make_run("small", dataset="flowers")
    moved = run.folder.rename(tmp_path / run.id)
    make_run("small")
    assert find_finished(str(moved), tmp_path) == Run(moved) == find_finished(str(moved), tmp_path, "flowers")
    with pytest.raises(UserError, match=f"^{moved} is a run of flowers: leave out --dataset demo$"):
        find_finished(str(moved), tmp_path, "demo")


def test_an_unfinished_run_is_not_the_best_and_not_found_by_its_key(make_run, tmp_path):
    small, large = make_run("small", val_accuracy=0.8), make_run("large", val_accuracy=0.9)
    (large.folder / "result.json").unlink()
    assert find_best(tmp_path) == small
    with pytest.raises(UserError, match=r"unknown run of .* 'large' \(valid: small\)"):
        find_finished("large", tmp_path)
    with pytest.raises(UserError, match=f"^{large.id} is not finished: "):
        find_finished(large.id, tmp_path)


def test_an_empty_folder_is_no_run(tmp_path):
    (tmp_path / "models" / "demo" / "small").mkdir(parents=True)
    with pytest.raises(UserError, match=r"models/demo holds no finished run: train one first"):
        find_best(tmp_path)
    with pytest.raises(UserError, match=r"unknown run of .* 'small' \(valid: none\)"):
        find_finished("small", tmp_path)


def test_a_key_of_several_runs_lists_them(make_run, tmp_path):
    one, other = make_run("small"), make_run("small", f"small-{PRINT[::-1]}", "flowers", train_images=250)
    with pytest.raises(UserError, match=r"^2 finished runs are called 'small'; name one of them, or its data set with "
                                        r"--dataset:") as caught:
        find_finished("small", tmp_path)
    assert str(caught.value).splitlines()[1:] == [
        f"  {one.id} (demo, seed 0, 2026-01-01, 1 training image)",
        f"  {other.id} (flowers, seed 0, 2026-01-01, 250 training images)"]


def test_a_name_counts_before_a_key(make_run, tmp_path):
    named = make_run("large", "small")
    make_run("small")
    assert find_finished("small", tmp_path) == named


def test_a_run_that_was_trained_again_later(make_run, tmp_path):
    run = make_run("small")
    with pytest.raises(UserError, match=f"holds {run.result.run_id}, a later training of the same experiment"):
        find_finished(f"{run.id}-20250101T000000", tmp_path)


def test_a_damaged_result_is_in_the_way_only_of_what_may_be_its_run(make_run, tmp_path):
    run, damaged = make_run("small"), make_run("large")
    damaged.result_file.write_bytes(b"{")
    assert find_finished("small", tmp_path) == run
    for name in ("large", "no such run"):
        with pytest.raises(UserError, match=f"^{damaged.result_file} is damaged: "):
            find_finished(name, tmp_path)
    with pytest.raises(UserError, match=f"^{damaged.result_file} is damaged: "):
        find_best(tmp_path)
