import pytest

from auxiliary.runs.labels import labelled


@pytest.mark.parametrize(("others", "names"), [
    ([{"seed": 1}], ["cnn, seed 0", "cnn, seed 1"]),
    ([{"seed": 1, "epochs": 12}], ["cnn, seed 0", "cnn, seed 1"]),
    ([{"epochs": 12}], ["cnn, 100 epochs", "cnn, 12 epochs"]),
    ([{"image_size": 200}, {"seed": 1}], ["cnn, seed 0, 100 px", "cnn, seed 0, 200 px", "cnn, seed 1"]),
    ([{"learning_rate": 1e-4, "optimizer": "sgd"}], ["cnn, rate 0.5", "cnn, rate 0.0001"]),
    ([{"key": "other"}], ["cnn", "other"]),
    ([{}], ["cnn", "cnn"]),
])
def test_labels_of_one_key_name_only_the_differences(others, names, results_of):
    assert labelled(results_of({"key": "cnn"}, *({"key": "cnn"} | other for other in others))) == names
