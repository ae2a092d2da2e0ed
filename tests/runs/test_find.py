"""Finished runs found by their names; the tests write the run folders by hand."""

from collections.abc import Callable
from datetime import UTC, datetime
from math import nan

import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.runs.find import (
    ANSWERS,
    NEEDED,
    best_of_stages,
    find_best,
    find_finished,
    find_finished_or_best,
    read_recipe,
    saved_predictions,
)
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
        run.begin(dict.fromkeys(NEEDED) | {"experiment": {"key": key}, "seed": 0, "parent": None})
        run.finish(Result(**VALUES | {"key": key, "seed": 0, "dataset": dataset, "run_id": f"{run.id}-20260101T120000",
                                      "finished_at": datetime(2026, 1, 1, 12, tzinfo=UTC)} | about))
        return run

    return make


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
    with pytest.raises(UserError, match=r"unknown run of .*/models/demo 'large': \(valid: small\)"):
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
    with pytest.raises(UserError, match=r"unknown run of .* 'large': .*\(valid: small\)"):
        find_finished("large", tmp_path)
    with pytest.raises(UserError, match=f"^{large.id} is not finished: "):
        find_finished(large.id, tmp_path)


def test_an_empty_folder_is_no_run(tmp_path):
    (tmp_path / "models" / "demo" / "small").mkdir(parents=True)
    with pytest.raises(UserError, match=r"models/demo holds no finished run: train one first"):
        find_best(tmp_path)
    with pytest.raises(UserError, match=r"unknown run of .* 'small': \(valid: none\)"):
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


def test_a_recipe_of_a_version_that_recorded_less(make_run):
    run = make_run("small")
    run.begin(run.recipe | {"experiment": {"key": "small"}})
    run.finish(run.result)
    assert read_recipe(run)["seed"] == 0
    run.begin({"seed": 0})
    run.finish(run.result)
    with pytest.raises(UserError, match=f"^{run.recipe_file} lacks commit, dataset, "):
        read_recipe(run)


PREDICTIONS = pd.DataFrame({"filepath": ["/images/a.png"], "category": ["NA"], "label": [0], "predicted": ["NA"],
                            "confidence": [1.0], "p:NA": [1.0]})


@pytest.fixture
def models(make_run, tmp_path):
    """The folders of a finished run, `cnn-0123456789ab-20260101T120000`, and of an unfinished one, `lite0-2e`."""
    finished = make_run("cnn")
    for run in (finished, Run(finished.folder.with_name("lite0-2e"))):
        run.save_predictions("test", PREDICTIONS)
    finished.finish(finished.result)
    return finished.folder.parent


def read(models, *runs):
    return saved_predictions(pd.DataFrame({"run_id": runs}), models)


NAME = f"cnn-{PRINT}-20260101T120000"


def test_the_predictions_of_a_finished_run_come_by_its_name(models):
    found = read(models, NAME)
    assert list(found) == [NAME]
    pd.testing.assert_frame_equal(found[NAME], PREDICTIONS, check_dtype=False)


def test_of_the_other_seeds_of_an_experiment_the_answers_alone_are_kept(models, make_run):
    other = make_run("cnn", f"cnn-{PRINT[::-1]}", seed=1)
    other.save_predictions("test", PREDICTIONS)
    other.finish(other.result)
    found = saved_predictions(pd.DataFrame({"run_id": [NAME], "run_ids": [(NAME, other.result.run_id)]}), models)
    assert [list(found[name]) for name in (NAME, other.result.run_id)] == [list(PREDICTIONS), ANSWERS]


@pytest.mark.parametrize("run", [f"cnn-{PRINT}-20200101T000000", "lite0-2e-20250616T120000", "gone-3d-20250616T120000",
                                 f"cnn-{PRINT}", "cnn", ""])
def test_later_unfinished_and_missing_runs_are_left_out(models, run):
    assert read(models, run, NAME).keys() == {NAME}


def test_the_best_of_each_stage_is_the_best_seed_of_the_best_mean_that_is_here(make_run, tmp_path, results_of):
    rows = [("wide", 0, 0.5), ("wide", 1, 0.9), ("even", 0, 0.8), ("even", 1, 0.82), ("gone", 0, 0.99),
            ("lite0", 0, 0.7)]
    runs = {(key, seed): make_run(key, f"{key}{seed}-{PRINT}", seed=seed, val_accuracy=accuracy)
            for key, seed, accuracy in rows if key != "gone"}
    table = results_of(*({"key": key, "seed": seed, "val_accuracy": accuracy, "config_hash": key,
                          "run_id": f"{key}{seed}-{PRINT}-20260101T120000",
                          "stage": "transfer" if key == "lite0" else "scratch"} for key, seed, accuracy in rows))
    found = best_of_stages(table, tmp_path / "models" / "demo")
    assert list(found.items()) == [("scratch", runs["even", 1]), ("transfer", runs["lite0", 0])]


def test_nothing_is_read_where_there_are_no_models(tmp_path):
    assert read(tmp_path / "models", NAME) == {}
