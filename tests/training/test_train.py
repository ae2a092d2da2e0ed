"""One training after the other, from rows to folders and `results.csv`, as notebooks 02 and 03 do it."""

import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary import room
from auxiliary.config.profile import Split
from auxiliary.data.clean import clean_table
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.parts import write_parts
from auxiliary.errors import UserError
from auxiliary.evaluation.results import read_results
from auxiliary.training.train import best, best_by_row, find_run, results_of, train_all, train_and_evaluate

FOLDER = {"model.keras", "history.csv", "curves.png", "curves.svg", "layers.csv", "recipe.json", "result.json",
          "predictions-val.csv", "predictions-test.csv", "grad-cam.npz", "convolution.npz"}


def figures(run) -> str:
    """A result without its times, as text: NaN equals NaN."""
    return run.result.model_dump_json(exclude={"run", "time", "train_seconds", "pictures_per_second"})


@pytest.fixture(scope="module")
def lab(make_lab):
    return make_lab()


@pytest.fixture(scope="module")
def small(lab):
    return train_and_evaluate(lab.all_rows["small"], lab)


@pytest.fixture(scope="module")
def frozen(lab):
    return train_and_evaluate(lab.all_rows["frozen"], lab)


def test_a_run_folder_holds_all_that_a_run_leaves(lab, small):
    assert {path.name for path in small.folder.iterdir()} == FOLDER
    assert small.finished
    assert small.folder.parent == lab.paths.models
    assert small.history["epoch"].tolist() == [1, 2]
    assert small.layers["parameters"].sum() == small.result.parameters
    recipe = json.loads((small.folder / "recipe.json").read_text(encoding="utf-8"))
    assert recipe["row"]["net"] == lab.all_rows["small"].net
    assert recipe["categories"] == ["blue", "green", "red"]
    assert {part: made["count"] for part, made in recipe["pictures"].items()} == {"train": 42, "val": 12, "test": 6}


def test_results_csv_has_the_row(lab, small):
    table = pd.read_csv(lab.paths.results)
    assert list(table.columns[:5]) == ["model_id", "learning_rate", "epochs", "acc_train", "accuracy"]
    row = table.set_index("run").loc[small.result.run]
    assert (row["model_id"], row["learning_rate"], row["epochs"], row["seed"]) == ("small", 0.02, 2, 0)
    assert row["acc_train"] == small.history["accuracy"].iloc[-1]
    assert (row["dataset"], row["classes"], row["test_pictures"]) == ("colours", 3, 6)


def test_figures_are_those_of_the_predictions(small):
    predictions = small.predictions
    assert small.result.accuracy == (predictions["predicted"] == predictions["category"]).mean()
    probabilities = predictions.filter(like="p:")
    assert list(probabilities.columns) == ["p:blue", "p:green", "p:red"]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(predictions["confidence"], probabilities.max(axis=1))


@pytest.mark.parametrize("run", ["small", "frozen"])
def test_the_saved_model_says_what_the_predictions_say(run, lab, request):
    run = request.getfixturevalue(run)
    model = keras.saving.load_model(run.model)
    pictures = mk_tf_dataset(lab.test, shuffle=False, image_size=run.result.image_size)
    said = np.concatenate([model.predict_on_batch(batch) for batch, _ in pictures])
    np.testing.assert_allclose(said, run.predictions.filter(like="p:"), atol=1e-6)


def test_a_finished_run_is_read_back_without_tensorflow(lab, small):
    before = small.model.stat().st_mtime_ns, lab.paths.results.read_bytes()
    script = f"""
import sys
from auxiliary import open_lab, train_and_evaluate
lab = open_lab({str(lab.paths.root / "profile.yaml")!r}, root={str(lab.paths.root)!r})
run = train_and_evaluate(lab.all_rows["small"], lab)
print(run.result.accuracy, run.history["epoch"].max(), "tensorflow" in sys.modules, "keras" in sys.modules)
"""
    # The subprocess knows nothing of the backbone that these tests add.
    script = script.replace("lab = open_lab", "from auxiliary.networks.backbones import BACKBONES\n"
                            "BACKBONES['Tiny'] = BACKBONES['MobileNetV2']\nlab = open_lab")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(small.result.accuracy), "2", "False", "False"]
    assert (small.model.stat().st_mtime_ns, lab.paths.results.read_bytes()) == before


def test_a_row_that_its_user_removed_comes_back_when_the_run_is_read_back(lab, small):
    lab.paths.results.unlink()
    train_and_evaluate(lab.all_rows["small"], lab)
    assert read_results(lab.paths.results)["run"].tolist() == [small.result.run]


def test_same_seed_same_figures_to_the_last_digit(make_lab, small):
    lab = make_lab()
    again = train_and_evaluate(lab.all_rows["small"], lab)
    assert again.folder != small.folder
    assert figures(again) == figures(small)
    pd.testing.assert_frame_equal(again.history.drop(columns="seconds"), small.history.drop(columns="seconds"))
    pd.testing.assert_frame_equal(again.predictions, small.predictions)


def test_another_seed_other_figures(lab, small):
    other = train_and_evaluate(lab.all_rows["small"], lab, seed=1)
    assert other.id != small.id
    assert (other.history["loss"] != small.history["loss"]).all()


def test_a_child_goes_on_from_its_parents_weights(lab, small):
    child = train_and_evaluate(lab.all_rows["small_on"], lab)
    assert child.history["phase"].tolist() == ["parent", "parent", "own"]
    assert child.history["epoch"].tolist() == [1, 2, 1]
    assert (child.result.epochs, child.result.epochs_total, child.result.parent) == (1, 3, "small")
    assert child.history["loss"].iloc[2] < small.history["loss"].iloc[0]


def test_a_child_without_epochs_is_its_parent(lab, small, make_lab):
    same = make_lab(lab.paths.root, edit=("learning_rate: 0.01, epochs: 1", "learning_rate: 0.01, epochs: 0"))
    child = train_and_evaluate(same.all_rows["small_on"], same)
    pd.testing.assert_frame_equal(child.predictions, small.predictions)


def test_a_child_trains_the_parent_that_is_missing(make_lab):
    lab = make_lab()
    tuned = train_and_evaluate(lab.all_rows["tuned"], lab)
    assert read_results(lab.paths.results)["key"].tolist() == ["frozen", "tuned"]
    # One batch norm of eight channels: scale and shift are tuned, mean and variance are not.
    frozen = find_run(lab.all_rows["frozen"], lab, 0)
    assert tuned.result.trainable - frozen.result.trainable == 16
    assert tuned.result.parameters == frozen.result.parameters


def test_a_run_that_broke_off_is_done_again(make_lab):
    lab = make_lab()
    row = lab.all_rows["untrained"]
    run = find_run(row, lab, 0)
    run.folder.mkdir(parents=True)
    run.model.write_bytes(b"half a file")
    assert train_and_evaluate(row, lab).finished
    assert keras.saving.load_model(run.model).count_params() == run.result.parameters


def test_a_run_that_was_removed_and_done_again_counts_once(make_lab):
    lab = make_lab()
    row = lab.all_rows["untrained"]
    first = train_and_evaluate(row, lab).result
    (find_run(row, lab, 0).folder / "result.json").unlink()
    time.sleep(1.1)     # its name in the table tells seconds apart
    again = train_and_evaluate(row, lab).result
    assert read_results(lab.paths.results)["run"].tolist() == [first.run, again.run]
    assert lab.results["run"].tolist() == [again.run]


def test_pictures_divided_anew_meanwhile_are_noticed_before_training(make_lab):
    lab = make_lab()
    run = find_run(lab.all_rows["small"], lab, 0)       # reads the tables
    write_parts((lab.train, lab.val, lab.test), Split(by="seed", random_state=6), lab.paths)
    with pytest.raises(UserError, match=r"'random_state': 6.*the profile says.*'random_state': 5"):
        train_and_evaluate(lab.all_rows["small"], lab)
    assert not run.folder.exists()


def test_no_epochs_train_nothing(lab):
    run = train_and_evaluate(lab.all_rows["untrained"], lab)
    assert run.history.empty
    assert np.isnan(run.result.acc_train)
    assert read_results(lab.paths.results).set_index("run").loc[run.result.run, ["acc_train"]].isna().all()
    assert 0 <= run.result.accuracy <= 1
    assert (run.result.epochs, run.result.epochs_total) == (0, 0)


def test_sampling_touches_the_training_pictures_only(make_lab, lab):
    clean = pd.concat([lab.train, lab.val, lab.test]).query("category != 'red' or filepath.str.contains('1[^/]*$')")
    few = make_lab(clean=clean, sampling="largest", epochs=0)
    run = train_and_evaluate(few.all_rows["untrained"], few)
    assert run.result.train_pictures == 3 * few.train["category"].value_counts().max() > len(few.train)
    assert (run.result.val_pictures, run.result.test_pictures) == (len(few.val), len(few.test))
    assert run.predictions["filepath"].tolist() == few.test["filepath"].tolist()


def test_all_rows_and_seeds(make_lab, capsys):
    lab = make_lab(seeds=[0, 1], epochs=0)
    runs = train_all(lab.profile.scratch[2:], lab)
    assert results_of(runs)["seed"].tolist() == [0, 1]
    train_all(lab.profile.scratch[2:], lab)
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("1 of 2: untrained (seed 0): validation accuracy")
    assert [line.endswith("(read back)") for line in said] == [False, False, True, True]


def test_best_goes_by_validation_accuracy(lab, small, frozen):
    by_hand = max([small, frozen], key=lambda run: run.result.val_accuracy)
    assert best([small, frozen]).id == by_hand.id


def test_rows_are_ranked_by_their_best_seed(lab, small, frozen):
    other = train_and_evaluate(lab.all_rows["small"], lab, seed=1)
    ranking = best_by_row([small, frozen, other])
    assert sorted(run.result.key for run in ranking) == ["frozen", "small"]
    accuracies = [run.result.val_accuracy for run in ranking]
    assert accuracies == sorted(accuracies, reverse=True)
    assert max(small.result.val_accuracy, other.result.val_accuracy) in accuracies


def test_nothing_to_train_is_said(lab):
    with pytest.raises(UserError, match="no rows to train"):
        train_all((), lab)


@pytest.mark.parametrize(("what", "said"), [
    ("memory", "^training small takes at least .* MB of memory, and 0.0 MB are free: close other programs, or"),
    ("disk", "^small takes at least .* MB, and 0.0 MB are free on the disk of"),
])
def test_too_little_room_is_said_before_training(make_lab, monkeypatch, what, said):
    lab = make_lab()
    if what == "memory":
        monkeypatch.setattr(room, "free_memory", lambda: 0)
    else:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 0))
    with pytest.raises(UserError, match=said):
        train_and_evaluate(lab.all_rows["small"], lab)
    assert not (find_run(lab.all_rows["small"], lab, 0).folder / "recipe.json").exists()


@pytest.mark.parametrize("key", ["small", "frozen"])
@pytest.mark.parametrize("part", ["train", "test"])
def test_a_picture_that_is_gone_is_named(make_lab, picture_folder, tmp_path, key, part):
    folder = picture_folder({"green": 10, "blue": 10, "red": 10}, size=16)
    lab = make_lab(clean=clean_table(folder))
    file = Path(getattr(lab, part)["filepath"].iloc[1])
    file.unlink()
    with pytest.raises(UserError, match=rf"^{re.escape(str(file))} cannot be read any more \(.*\): run notebook 01"):
        train_and_evaluate(lab.all_rows[key], lab)
