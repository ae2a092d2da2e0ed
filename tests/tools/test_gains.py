import pandas as pd
import pytest

from auxiliary.config.loader import load_profile
from auxiliary.core.paths import REPOSITORY
from auxiliary.evaluation.significance import mcnemar
from auxiliary.runs.seeds import over_seeds
from tools.gains import FEW_IMAGES, NOT_MEASURED, gains_table
from tools.measure_gains import measure_gains


@pytest.fixture
def measured(results_of, answers):
    """Two experiments with 50 and 42 of 100 test images correct, and one that is compared with nothing here."""
    rows = pd.concat([
        results_of({"key": key, "run_id": f"{key}-1", "accuracy": accuracy, "val_accuracy": accuracy + 0.1,
                    "accuracy_low": accuracy - 0.05, "accuracy_high": accuracy + 0.05, "train_images": 5000})
        for key, accuracy in (("base", 0.5), ("adam", 0.42), ("tuned", 0.6))])
    return measure_gains(over_seeds(rows), {"base-1": answers(0, 50), "adam-1": answers(0, 42)})


def test_two_experiments_are_compared_image_by_image(measured):
    (row,) = measured.to_dict("records")
    assert (row["key"], row["without"]) == ("base", "adam")
    assert (row["gain"], row["val_gain"]) == pytest.approx((8, 8))
    assert row["p"] == pytest.approx(mcnemar(8, 0), abs=1e-6) and row["low"] > 0


def test_the_table_says_what_was_measured_and_what_was_not(measured, published):
    cells = gains_table(published, measured).set_index("setting")["gain in points"]
    assert cells["`adamw(0.05)` in place of `adam`"].startswith("+8.0 (")
    assert cells["`refit: true`"] == NOT_MEASURED


@pytest.fixture
def published(results_of):
    """The steps of CIFAR-10 that the table compares."""
    keys = ["air1_base", "air2_smoothing", "air3_translate", "air4_whiten", "air5_identity", "air6_shifts",
            "air8_alternating", "air9_mirror", "air10_six_views"]
    return over_seeds(pd.concat([results_of({"key": key, "run_id": key, "dataset": "cifar10"}) for key in keys]))


def test_the_profile_has_both_experiments_of_every_row():
    scratch = load_profile(str(REPOSITORY / "tools/gains.yaml")).scratch
    assert {card.key for card in FEW_IMAGES} | {card.without for card in FEW_IMAGES} == {each.key for each in scratch}
