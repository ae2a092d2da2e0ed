import pytest

from auxiliary.runs.labels import labelled


@pytest.mark.parametrize(("others", "names"), [
    ([{"seed": 1}], ["cnn, seed 0", "cnn, seed 1"]),
    ([{"seed": 1, "epochs": 12}], ["cnn, 100 epochs, seed 0", "cnn, 12 epochs, seed 1"]),
    ([{"epochs": 12}], ["cnn, 100 epochs", "cnn, 12 epochs"]),
    ([{"image_size": 200}, {"seed": 1}], ["cnn, 100 px, seed 0", "cnn, 200 px, seed 0", "cnn, 100 px, seed 1"]),
    ([{"learning_rate": 1e-4, "optimizer": "sgd"}], ["cnn, rate 0.5, optimizer", "cnn, rate 0.0001, sgd"]),
    ([{"augment": ""}], ["cnn, augment augment", "cnn, no augment"]),
    ([{"stage": "transfer", "network": "gap"}], ["cnn, from scratch, network network", "cnn, pre-trained, head gap"]),
    ([{"sampling": "mean", "weights": "random", "tune_last": 3}],
     ["cnn, sampling sampling, weights weights, tune_last 100", "cnn, sampling mean, weights random, tune_last 3"]),
    ([{"commit": "abc"}, {"commit": "abc", "tta": "mirror"}], ["cnn, no tta, commit commit",
                                                               "cnn, no tta, commit abc", "cnn, mirror"]),
    ([{"config_hash": "h1"}], ["cnn, no config_hash", "cnn, config_hash h1"]),
    ([{"accuracy": 0.1, "parameters": 3, "train_seconds": 1.0, "run_id": "a"}], ["cnn", "cnn"]),
    ([{"key": "other"}], ["cnn", "other"]),
    ([{}], ["cnn", "cnn"]),
])
def test_labels_of_one_key_name_only_the_differences(others, names, results_of):
    assert labelled(results_of({"key": "cnn"}, *({"key": "cnn"} | other for other in others))) == names
