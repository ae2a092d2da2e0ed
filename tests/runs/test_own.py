"""Whose results the rows are; the tests write the runs' folders by hand."""

import shutil
from collections.abc import Callable

import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.runs.labels import labelled
from auxiliary.runs.own import Rows, counterparts, own_and_shipped
from auxiliary.runs.replacement import replace_later, replace_now, replacement
from auxiliary.runs.result import folder_of
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import over_seeds

OWN = "cnn-haaaaaaaaaaaa-20260102T000000"
SHIPPED = "cnn-hbbbbbbbbbbbb-20260101T000000"


@pytest.fixture
def train(tmp_path, result) -> Callable[..., Run]:
    """Writes a finished run below `tmp_path`: `train(run_id)`."""
    def write(run_id: str, dataset: str = "demo", folder: str = "") -> Run:
        run = Run(tmp_path / "models" / dataset / (folder or folder_of(run_id)))
        run.begin({})
        run.finish(result.model_copy(update={"run_id": run_id}))
        return run

    return write


@pytest.fixture
def rows(tmp_path, results_of) -> Callable[..., Rows]:
    """The own and shipped rows of a table of some `run_id`."""
    return lambda *names, **about: own_and_shipped(results_of(*({"run_id": name} | about for name in names)), tmp_path)


def ids(results: pd.DataFrame) -> list[str]:
    return results["run_id"].to_list()


def test_a_row_is_own_where_the_folder_of_its_run_is_here(train, rows):
    train(OWN)
    found = rows(SHIPPED, OWN)
    assert (ids(found.own), ids(found.shipped), ids(found.shown), ids(found.beside)) == (
        [OWN], [SHIPPED], [OWN], [SHIPPED])
    assert found.remark == ""


def test_without_own_rows_the_shipped_ones_are_shown_and_it_is_said(rows):
    found = rows(SHIPPED, OWN)
    assert found.own.empty and found.beside.empty
    assert ids(found.shown) == [OWN, SHIPPED]
    assert "No own run of demo is in models/" in found.remark


def test_each_data_set_for_itself(train, tmp_path, results_of):
    train(OWN)
    found = own_and_shipped(results_of({"run_id": OWN}, {"run_id": SHIPPED, "dataset": "pets"}), tmp_path)
    assert ids(found.shown) == [OWN, SHIPPED] and found.beside.empty
    assert "pets" in found.remark and "demo" not in found.remark
    # The same name in another data set is another run.
    both = own_and_shipped(results_of({"run_id": OWN}, {"run_id": OWN, "dataset": "pets"}), tmp_path)
    assert (both.own["dataset"].to_list(), both.shipped["dataset"].to_list()) == (["demo"], ["pets"])


def test_what_is_no_finished_run_of_that_row_is_not_own(train, rows):
    train("other-hcccccccccccc-20260102T000000", folder=folder_of(OWN))     # a copy of another run
    (train(SHIPPED).folder / "result.json").unlink()
    assert rows(OWN, SHIPPED, "other-hcccccccccccc-20260102T000000", "../demo", "").own.empty


def test_a_run_whose_folder_was_removed_is_shipped(train, rows):
    shutil.rmtree(train(OWN).folder)
    assert ids(rows(OWN).shipped) == [OWN]


def test_a_run_trained_anew_counts_once_and_its_earlier_row_is_not_shown(train, rows, result):
    run, again = train(OWN), OWN.replace("0102T", "0103T")
    replace_later(run)
    replacement(run).begin({})
    assert ids(rows(OWN).own) == [OWN]      # until the new one is finished
    replacement(run).finish(result.model_copy(update={"run_id": again}))
    replace_now(run)
    found = rows(OWN, again, SHIPPED)
    assert (ids(found.own), ids(found.shipped)) == ([again], [SHIPPED])


def test_of_a_shipped_run_the_newest_row_counts(rows, results_of, tmp_path):
    again = SHIPPED.replace("0101T", "0103T")
    table = results_of({"run_id": again, "finished_at": "2026-01-03T00:00:00+00:00"},
                       {"run_id": SHIPPED, "finished_at": "2026-01-01T00:00:00+00:00"})
    assert ids(own_and_shipped(table, tmp_path).shipped) == [again]


def test_nothing_but_the_result_is_read(train, rows):
    run = train(OWN)
    for path in set(run.folder.iterdir()) - {run.result_file}:
        path.unlink()
    assert ids(rows(OWN).own) == [OWN]


def test_a_damaged_result_is_named(train, rows):
    train(OWN).result_file.write_text("{}")
    with pytest.raises(UserError, match=r"result\.json .*remove the folder"):
        rows(OWN)
    assert rows(SHIPPED).own.empty      # no row names the damaged one


def test_the_nearest_shipped_experiment_stands_beside_a_row(results_of):
    own = results_of({"key": "cnn", "config_hash": "h1", "epochs": 2}, {"key": "only here"})
    shipped = results_of(
        {"key": "cnn", "config_hash": "h2", "epochs": 2, "run_id": "other version"},
        {"key": "cnn", "config_hash": "h1", "epochs": 2, "run_id": "same"},
        {"key": "cnn", "config_hash": "h3", "epochs": 8, "augment": "", "run_id": "far"},
        {"key": "cnn", "config_hash": "h1", "epochs": 2, "run_id": "elsewhere", "dataset": "pets"})
    assert [found if found is None else found["run_id"] for found in counterparts(own, shipped)] == ["same", None]
    assert counterparts(own, shipped.assign(accuracy=float("nan"))) == [None, None]


@pytest.mark.parametrize("order", range(5))
def test_the_order_of_the_rows_changes_nothing(results_of, order, tmp_path):
    samplings = ("mean", "smallest")
    table = results_of(*(
        {"key": key, "seed": seed, "sampling": sampling, "accuracy": accuracy, "val_accuracy": round(accuracy, 1),
         "config_hash": f"{key}{sampling}", "run_id": f"{key}-{sampling}-{seed}", "device": f"machine {seed}",
         "finished_at": f"2026-01-01T00:00:{(7 * seed + len(sampling)) % 10:02}+00:00"}
        for key, accuracy in (("cnn", 0.71), ("lite0", 0.72)) for sampling in samplings for seed in range(3)))
    expected = over_seeds(own_and_shipped(table, tmp_path).shown)
    shuffled = over_seeds(own_and_shipped(table.sample(frac=1, random_state=order), tmp_path).shown)
    pd.testing.assert_frame_equal(shuffled, expected)
    pd.testing.assert_frame_equal(over_seeds(table.sample(frac=1, random_state=order)), expected)
    assert labelled(shuffled) == ["cnn, sampling mean", "lite0, sampling mean", "cnn, sampling smallest",
                                  "lite0, sampling smallest"]
