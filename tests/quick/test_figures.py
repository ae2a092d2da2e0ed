"""Faults planted in the tables of a finished run."""

import json

import numpy as np
import pandas as pd
import pytest

from auxiliary.data.tables import read_table, write_table
from auxiliary.quick.figures import figure_problems
from auxiliary.training.train import find_run


@pytest.fixture
def spoil(copy_of):
    """Changes a run's history, result and predictions, and says what is found wrong with it then."""
    lab = copy_of()

    def problems(key, history=None, result=None, predictions=None):
        row = lab.all_rows[key]
        run = find_run(row, lab, 0)
        if history:
            pd.read_csv(run.folder / "history.csv").pipe(history).to_csv(run.folder / "history.csv", index=False)
        if result:
            file = run.folder / "result.json"
            file.write_text(json.dumps(json.loads(file.read_text()) | result))
        if predictions:
            table = run.folder / "predictions-test.csv"
            write_table(read_table(table).pipe(predictions), table)
        return figure_problems(row, run, find_run(lab.all_rows[row.parent], lab, 0) if row.parent else None)

    return problems


@pytest.mark.parametrize("key", ["small", "small_on", "untrained", "frozen", "tuned"])
def test_a_run_that_is_as_it_should_be(spoil, key):
    assert spoil(key) == []


@pytest.mark.parametrize(("column", "value"), [
    ("loss", np.nan), ("val_loss", np.inf), ("accuracy", 1.5), ("val_accuracy", -0.1), ("val_accuracy", np.nan)])
def test_a_figure_that_cannot_be(spoil, column, value):
    assert spoil("small", lambda table: table.assign(**{column: value})) == [
        f"in epoch 1 its {column} is {value:g}"]


def test_a_result_that_cannot_be(spoil):
    assert spoil("small", result={"loss_test": "NaN"}) == ["its result's loss_test is nan"]


def test_epochs_that_were_not_trained(spoil):
    assert spoil("small", lambda table: table.head(0)) == ["it was to train 1 epochs, and has 0"]
    epoch = pd.DataFrame([{"epoch": 1, "loss": 1, "accuracy": 1, "val_loss": 1, "val_accuracy": 1, "phase": "own"}])
    assert spoil("untrained", lambda _: epoch) == ["it was to train 0 epochs, and has 1"]


def test_a_child_that_goes_on_from_something_else(spoil):
    problem = ["its history does not begin with that of the row it goes on from"]
    assert spoil("tuned", lambda table: table.assign(loss=table["loss"] + (table["phase"] == "parent"))) == problem
    assert spoil("small_on", lambda table: table[table["phase"] == "own"]) == problem
    assert spoil("small", lambda table: table.assign(phase="parent")) == [
        "it was to train 1 epochs, and has 0", *problem]


def test_predictions_that_disagree_with_themselves(spoil):
    def other(table):
        table.loc[0, "predicted"] = next(name for name in ("red", "blue") if name != table.loc[0, "predicted"])
        return table

    said = spoil("small", predictions=other)
    assert said[0] == "1 of 6 test pictures are predicted to be of another class than that of the highest probability"
    assert spoil("frozen", predictions=lambda table: table.assign(**{"p:red": 0.9})) == [
        "the probabilities of 6 of 6 test pictures do not add up to 1"]


def test_an_accuracy_that_is_not_that_of_the_predictions(spoil):
    said = spoil("small", result={"accuracy": 0.123})
    assert len(said) == 1 and said[0].startswith("its accuracy is 0.123, and that of its predictions ")
