import pandas as pd
import pytest

from auxiliary.runs.differences import ENVIRONMENT, OUTCOMES, SETTINGS, brief, differing
from auxiliary.runs.labels import labelled
from auxiliary.runs.result import COLUMNS
from auxiliary.runs.seeds import over_seeds

CNN = "conv(16) | pool | conv(32) | pool | flatten | dense(64)"


def test_every_column_is_a_setting_or_said_to_be_none():
    assert {*SETTINGS, *ENVIRONMENT} | OUTCOMES == set(COLUMNS)
    assert {"augment", "network", "tune_last", "weights", "sampling", "image_size", "seed"} <= set(SETTINGS)


@pytest.mark.parametrize(("texts", "expected"), [
    (["flip", "flip | zoom(0.1)"], ["flip", "flip | zoom(0.1)"]),
    ([CNN, CNN.replace("64", "128")], ["… | dense(64)", "… | dense(128)"]),
    ([CNN, CNN.replace("32", "48")], ["… | conv(32) | …", "… | conv(48) | …"]),
    ([CNN, f"{CNN} | dropout(0.3)"], ["… | dense(64)", "… | dense(64) | dropout(0.3)"]),
    ([f"{40 * 'x'}a{40 * 'y'}", f"{40 * 'x'}b{40 * 'y'}"], [f"{40 * 'x'}a{40 * 'y'}", f"{40 * 'x'}b{40 * 'y'}"])],
    ids=["short", "end", "middle", "longer", "alike"])
def test_long_texts_are_shortened_so_that_they_are_told_apart(texts, expected):
    assert [brief(texts)[text] for text in texts] == expected


def test_networks_are_told_apart_by_what_differs(results_of):
    table = results_of({"key": "cnn", "network": CNN}, {"key": "cnn", "network": CNN.replace("64", "128")})
    assert labelled(table) == ["cnn, network … | dense(64)", "cnn, network … | dense(128)"]


def test_runs_that_are_not_deterministic_are_told_apart(results_of):
    table = results_of({"key": "cnn"}, {"key": "cnn", "deterministic": "no"})
    assert labelled(table) == ["cnn, deterministic", "cnn, not deterministic"]


def test_a_mean_over_seeds_bears_no_seed(seeds, results_of):
    table = over_seeds(pd.concat([seeds(0.7, 0.8), seeds(0.5, learning_rate=0.1).assign(seed=7)]))
    assert labelled(table) == ["M3, rate 0.5", "M3, rate 0.1"]


def test_epochs_of_early_stopping_are_no_setting(results_of):
    table = results_of(*({"patience": 3, "key": "cnn"} | about for about in ({"epochs": 7}, {"epochs": 9, "seed": 1})))
    assert labelled(table) == ["cnn, seed 0", "cnn, seed 1"]


@pytest.mark.parametrize(("other", "found"), [
    ({}, []), ({"seed": 3, "device": "other", "commit": "other", "accuracy": 0.1}, []),
    ({"epochs": 8, "config_hash": "h2"}, ["epochs"]), ({"config_hash": "h2"}, ["config_hash"]),
    ({"images_hash": "h0", "split_rule": "seed"}, ["images_hash", "split_rule"])])
def test_columns_in_which_two_runs_differ(other, found, results_of):
    table = results_of({"config_hash": "h1"}, {"config_hash": "h1"} | other)
    assert differing(table.iloc[0], table.iloc[1]) == found
