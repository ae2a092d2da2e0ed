"""Faults planted in the models of finished runs, each of which must be noticed."""

import shutil
from dataclasses import replace

import keras

from auxiliary.data.tables import read_table, write_table
from auxiliary.quick import checks
from auxiliary.quick.checks import check_rows
from auxiliary.training.task import build_task
from auxiliary.training.train import find_run


def problems(lab) -> dict[str, str]:
    """What is wrong, by row, in one text each; rows without a problem are left out."""
    return {row.key: "\n".join(found) for row, found in check_rows(lab) if found}


def spoil(lab, key, change) -> None:
    """Load the saved model of a row, change it, and save it again."""
    file = find_run(lab.all_rows[key], lab, 0).model
    model = keras.models.load_model(file)
    change(model)
    model.save(file)


def shift(layer, weight) -> None:
    variable = next(variable for variable in layer.weights if variable.name == weight)
    variable.assign(variable + 0.5)


def test_rows_as_they_should_be(trained):
    assert problems(trained) == {}


def test_a_row_that_was_not_trained(copy_of):
    lab = copy_of("small")
    (find_run(lab.all_rows["small"], lab, 0).folder / "result.json").unlink()
    assert problems(lab) == {"small": "it was not trained"}


def test_predictions_that_were_edited(copy_of):
    lab = copy_of("small")
    file = find_run(lab.all_rows["small"], lab, 0).folder / "predictions-test.csv"
    table = read_table(file)
    a, b = (table[["p:red", "p:green"]].to_numpy() * [1, 0.99]).T
    write_table(table.assign(**{"p:green": b, "p:red": a + table["p:green"] - b}), file)
    assert "read back, its model gives other predictions" in problems(lab)["small"]


def test_predictions_are_of_augmented_views_where_the_row_says_so(copy_of):
    lab = copy_of("small", "small_on")
    small, plain = lab.all_rows["small"], lab.all_rows["small_on"].model_copy(update={"tta": 0})
    shutil.copytree(find_run(lab.all_rows["small_on"], lab, 0).folder, find_run(plain, lab, 0).folder)
    otherwise = replace(lab, profile=lab.profile.model_copy(update={"scratch": (small, plain)}))
    assert list(problems(lab)) == []
    assert "read back, its model gives other predictions" in problems(otherwise)["small_on"]


def test_a_child_that_is_built_without_its_parents_weights(copy_of, monkeypatch):
    monkeypatch.setattr(checks, "build_task", lambda row, lab, _: build_task(row, lab, None))
    assert "does not start from the weights of its parent 'small': other in conv1, " in (
        problems(copy_of("small", "small_on"))["small_on"])


def test_a_model_that_was_swapped_for_another(copy_of):
    lab = copy_of("small", "small_on", "untrained")
    small, other = (find_run(lab.all_rows[key], lab, 0) for key in ("small", "untrained"))
    shutil.copyfile(other.model, small.model)
    found = problems(lab)
    assert "read back, its model gives other predictions" in found["small"]
    # Both start from the same seed.
    assert "training has changed nothing in the layers of its own" in found["small"]


def test_a_model_of_another_network(copy_of):
    lab = copy_of("small", "small_on")
    keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(3)]).save(
        find_run(lab.all_rows["small"], lab, 0).model)
    found = problems(lab)
    assert "its saved model has other layers than the row describes: pictures" in found["small"]
    assert "cannot be built and read back" in found["small_on"]


def test_a_file_that_is_no_model(copy_of):
    lab = copy_of("small", "small_on")
    find_run(lab.all_rows["small"], lab, 0).model.write_bytes(b"half a file")
    found = problems(lab)
    assert "its model cannot be built and read back: ValueError" in found["small"]
    assert "its parent 'small' cannot be read back" in found["small_on"]


def test_an_untrained_row_that_was_trained(copy_of):
    lab = copy_of("untrained")
    spoil(lab, "untrained", lambda model: shift(model.layers[-1], "bias"))
    assert "1 of 6 layers that must not train have changed: probabilities" in problems(lab)["untrained"]


def test_frozen_layers_that_were_trained(copy_of):
    lab = copy_of("frozen", "tuned")
    spoil(lab, "frozen", lambda model: shift(model.get_layer("backbone").layer.get_layer("Conv1"), "kernel"))
    spoil(lab, "tuned", lambda model: shift(model.get_layer("backbone").layer.get_layer("Conv_1_bn"), "moving_mean"))
    found = problems(lab)
    assert "1 of 154 layers that must not train have changed: backbone/Conv1" in found["frozen"]
    # The child's first layer is no longer its parent's, which is the parent's fault, and its averages have moved.
    assert "layers that must not train have changed: backbone/Conv1" in found["tuned"]
    assert "averages of batch norm have changed" in found["tuned"]
