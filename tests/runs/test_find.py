"""The runs behind rows of results; the tests write the run folders by hand."""

import pandas as pd
import pytest

from auxiliary.runs.find import ANSWERS, best_of_stages, saved_predictions
from auxiliary.runs.run import Run
from tests.runs.conftest import PRINT

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
