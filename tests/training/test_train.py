"""Experiments trained one after the other, as notebooks 02 and 03 do it: their folders and `results.csv`."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import Mock

import keras
import numpy as np
import pandas as pd
import pytest

from auxiliary.config.profile import Split
from auxiliary.core import resources
from auxiliary.core.errors import Interrupted, UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.seeds import best, best_per_experiment, results_of
from auxiliary.training.job import Job
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all
from tests.images import clean_table_of

FOLDER = {"model.keras", "history.csv", "curves.png", "curves.svg", "layers.csv", "recipe.json", "result.json",
          "predictions-val.csv", "predictions-test.csv", "grad-cam.npz", "convolution.npz"}


def figures(run) -> str:
    """A result without its times, as text: NaN equals NaN."""
    return run.result.model_dump_json(exclude={"run_id", "finished_at", "train_seconds", "images_per_second"})


@pytest.fixture(scope="module")
def project(make_project):
    return make_project()


@pytest.fixture(scope="module")
def small(project):
    return train_and_evaluate(project.experiments["small"], project)


@pytest.fixture(scope="module")
def frozen(project):
    return train_and_evaluate(project.experiments["frozen"], project)


def test_a_run_folder_holds_all_that_a_run_leaves(project, small):
    assert {path.name for path in small.folder.iterdir()} == FOLDER
    assert small.finished
    assert small.folder.parent == project.paths.models
    assert small.history["epoch"].tolist() == [1, 2]
    assert small.layers["parameters"].sum() == small.result.parameters
    recipe = json.loads((small.folder / "recipe.json").read_text(encoding="utf-8"))
    assert recipe["experiment"]["net"] == project.experiments["small"].net
    assert recipe["categories"] == ["blue", "green", "red"]
    assert {split: made["count"] for split, made in recipe["images"].items()} == {"train": 42, "val": 12, "test": 6}


def test_results_csv_has_the_row_of_a_run(project, small):
    table = pd.read_csv(project.paths.results)
    assert list(table.columns[:5]) == ["model_id", "learning_rate", "epochs", "acc_train", "accuracy"]
    row = table.set_index("run_id").loc[small.result.run_id]
    assert (row["model_id"], row["learning_rate"], row["epochs"], row["seed"]) == ("small", 0.02, 2, 0)
    assert row["acc_train"] == small.history["accuracy"].iloc[-1]
    assert (row["dataset"], row["classes"], row["test_images"]) == ("colours", 3, 6)


def test_figures_are_those_of_the_predictions(small):
    predictions = small.predictions
    assert small.result.accuracy == (predictions["predicted"] == predictions["category"]).mean()
    probabilities = predictions.filter(like="p:")
    assert list(probabilities.columns) == ["p:blue", "p:green", "p:red"]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(predictions["confidence"], probabilities.max(axis=1))


@pytest.mark.parametrize("run", ["small", "frozen"])
def test_the_saved_model_gives_the_saved_predictions(run, project, request):
    run = request.getfixturevalue(run)
    model = keras.saving.load_model(run.model)
    images = mk_tf_dataset(project.test, shuffle=False, image_size=run.result.image_size)
    probabilities = np.concatenate([model.predict_on_batch(batch) for batch, _ in images])
    np.testing.assert_allclose(probabilities, run.predictions.filter(like="p:"), atol=1e-6)


def test_a_finished_run_is_read_back_without_tensorflow(project, small):
    before = small.model.stat().st_mtime_ns, project.paths.results.read_bytes()
    script = f"""
import sys
from auxiliary import open_project, train_and_evaluate
project = open_project({str(project.paths.root / "profile.yaml")!r}, root={str(project.paths.root)!r})
run = train_and_evaluate(project.experiments["small"], project)
print(run.result.accuracy, run.history["epoch"].max(), "tensorflow" in sys.modules, "keras" in sys.modules)
"""
    # The subprocess knows nothing of the backbone that these tests add.
    script = script.replace("project = open_project", "from auxiliary.networks.backbones import BACKBONES\n"
                            "BACKBONES['Tiny'] = BACKBONES['MobileNetV2']\nproject = open_project")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(small.result.accuracy), "2", "False", "False"]
    assert (small.model.stat().st_mtime_ns, project.paths.results.read_bytes()) == before


def test_a_row_that_its_user_removed_comes_back_when_the_run_is_read_back(project, small):
    project.paths.results.unlink()
    train_and_evaluate(project.experiments["small"], project)
    assert read_results(project.paths.results)["run_id"].tolist() == [small.result.run_id]


def test_another_published_accuracy_is_told_until_the_row_has_it(project, small, make_project, capsys):
    changed = make_project(root=project.paths.root, edit=("note: fast", "published_accuracy: 0.75"))
    again = train_and_evaluate(changed.experiments["small"], changed)
    assert again == small
    said = capsys.readouterr().out
    assert "0.75 in the profile and none in the row" in said and small.result.run_id in said
    read_results(changed.paths.results).assign(published_accuracy=0.75).to_csv(changed.paths.results, index=False)
    train_and_evaluate(changed.experiments["small"], changed)
    assert capsys.readouterr().out == ""


def test_a_run_is_not_read_back_under_another_name(project, small, make_project):
    renamed = make_project(root=project.paths.root, edit=("model_id: small,", 'model_id: "small!", key: small,'))
    assert not Job(renamed.experiments["small"], 0, renamed).run.begun


def test_same_seed_same_figures_to_the_last_digit(make_project, small):
    project = make_project()
    again = train_and_evaluate(project.experiments["small"], project)
    assert again.folder != small.folder
    assert figures(again) == figures(small)
    pd.testing.assert_frame_equal(again.history.drop(columns="seconds"), small.history.drop(columns="seconds"))
    pd.testing.assert_frame_equal(again.predictions, small.predictions)


OTHER_PROJECTS = {"backend": "torch", "floatx": "float16", "epsilon": 0.1, "image_data_format": "channels_first",
                  "nnx_enabled": True}


def test_settings_of_keras_for_other_projects_change_nothing(make_project, small, tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps(OTHER_PROJECTS), encoding="utf-8")
    project = make_project()
    root = str(project.paths.root)
    script = f"""
from auxiliary import open_project, train_and_evaluate
from auxiliary.core import runtime
from tests.tiny import with_tiny
runtime.cpu_precision = lambda _: "float32"
with with_tiny():
    project = open_project({f"{root}/profile.yaml"!r}, root={root!r})
    train_and_evaluate(project.experiments["small"], project)
"""
    environment = os.environ | {"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "jax", "KERAS_NNX_ENABLED": "true",
                                "KERAS_MAX_EPOCHS": "1", "KERAS_MAX_STEPS_PER_EPOCH": "1"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, cwd=REPOSITORY, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    again = Job(project.experiments["small"], 0, project).run
    assert figures(again) == figures(small)
    pd.testing.assert_frame_equal(again.predictions, small.predictions)
    assert again.recipe["settings"] == small.recipe["settings"]


def test_another_seed_other_figures(project, small):
    other = train_and_evaluate(project.experiments["small"], project, seed=1)
    assert other.id != small.id
    assert (other.history["loss"] != small.history["loss"]).all()


def test_a_child_goes_on_from_its_parents_weights(project, small):
    child = train_and_evaluate(project.experiments["small_on"], project)
    assert child.history["phase"].tolist() == ["parent", "parent", "own"]
    assert child.history["epoch"].tolist() == [1, 2, 1]
    assert (child.result.epochs, child.result.epochs_total, child.result.parent) == (1, 3, "small")
    assert child.history["loss"].iloc[2] < small.history["loss"].iloc[0]


def test_a_child_without_epochs_is_its_parent(project, small, make_project):
    same = make_project(project.paths.root, edit=("learning_rate: 0.01, epochs: 1", "learning_rate: 0.01, epochs: 0"))
    child = train_and_evaluate(same.experiments["small_on"], same)
    pd.testing.assert_frame_equal(child.predictions, small.predictions)


def test_a_child_trains_the_parent_that_is_missing(make_project):
    project = make_project()
    tuned = train_and_evaluate(project.experiments["tuned"], project)
    assert read_results(project.paths.results)["key"].tolist() == ["frozen", "tuned"]
    # One batch norm of eight channels: scale and shift are tuned, mean and variance are not.
    frozen = Job(project.experiments["frozen"], 0, project).run
    assert tuned.result.trainable_parameters - frozen.result.trainable_parameters == 16
    assert tuned.result.parameters == frozen.result.parameters


def test_a_run_without_a_result_is_trained_again(make_project):
    project = make_project()
    experiment = project.experiments["untrained"]
    run = Job(experiment, 0, project).run
    run.folder.mkdir(parents=True)
    run.model.write_bytes(b"half a file")
    assert train_and_evaluate(experiment, project).finished
    assert keras.saving.load_model(run.model).count_params() == run.result.parameters


def test_a_run_that_was_removed_and_trained_again_counts_once(make_project):
    project = make_project()
    experiment = project.experiments["untrained"]
    first = train_and_evaluate(experiment, project).result
    (Job(experiment, 0, project).run.folder / "result.json").unlink()
    time.sleep(1.1)     # its name in the table has whole seconds
    again = train_and_evaluate(experiment, project).result
    assert read_results(project.paths.results)["run_id"].tolist() == [first.run_id, again.run_id]
    assert project.results["run_id"].tolist() == [again.run_id]


def test_images_split_anew_meanwhile_are_noticed_before_training(make_project):
    project = make_project()
    run = Job(project.experiments["small"], 0, project).run       # reads the tables
    write_splits((project.train, project.val, project.test), Split(by="seed", random_state=6), project.paths)
    with pytest.raises(UserError, match=r"random_state=6.*than the profile.*random_state=5"):
        train_and_evaluate(project.experiments["small"], project)
    assert not run.folder.exists()


def test_no_epochs_train_nothing(project):
    run = train_and_evaluate(project.experiments["untrained"], project)
    assert run.history.empty
    assert np.isnan(run.result.acc_train)
    assert read_results(project.paths.results).set_index("run_id").loc[run.result.run_id, ["acc_train"]].isna().all()
    assert 0 <= run.result.accuracy <= 1
    assert (run.result.epochs, run.result.epochs_total) == (0, 0)


def test_sampling_touches_the_training_images_only(make_project, project):
    clean = pd.concat([project.train, project.val, project.test]).assign(thumbnail="").query(
        "category != 'red' or filepath.str.contains('1[^/]*$')"
    )
    few = make_project(clean=clean, sampling="largest", epochs=0)
    run = train_and_evaluate(few.experiments["untrained"], few)
    assert run.result.train_images == 3 * few.train["category"].value_counts().max() > len(few.train)
    assert (run.result.val_images, run.result.test_images) == (len(few.val), len(few.test))
    assert run.predictions["filepath"].tolist() == few.test["filepath"].tolist()


def test_all_experiments_and_seeds(make_project, capsys):
    project = make_project(seeds=[0, 1], epochs=0)
    runs = train_all(project.profile.scratch[2:], project)
    assert results_of(runs)["seed"].tolist() == [0, 1]
    train_all(project.profile.scratch[2:], project)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1 of 2: untrained (seed 0): validation accuracy")
    assert [line.rpartition("(")[2] for line in lines] == 2 * ["nothing was trained)"] + 2 * ["read back)"]


def test_the_stop_button_raises_one_sentence(project, monkeypatch):
    monkeypatch.setattr("auxiliary.training.train_all.run_job", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(Interrupted, match=r"^interrupted; run the cell again: it goes on after the last whole epoch$"):
        train_all(project.profile.scratch, project)


def test_best_goes_by_validation_accuracy(project, small, frozen):
    by_hand = max([small, frozen], key=lambda run: run.result.val_accuracy)
    assert best([small, frozen]).id == by_hand.id


def test_experiments_are_ranked_by_the_mean_over_their_seeds(project, small, frozen):
    other = train_and_evaluate(project.experiments["small"], project, seed=1)
    ranking = best_per_experiment([small, frozen, other])
    assert sorted(run.result.key for run in ranking) == ["frozen", "small"]
    accuracies = [run.result.val_accuracy for run in ranking]
    assert accuracies == sorted(accuracies, reverse=True)
    assert max(small.result.val_accuracy, other.result.val_accuracy) in accuracies


def test_results_that_cannot_be_written_are_refused_before_training(make_project):
    project = make_project()
    project.paths.results.write_text("not a table\n")
    with pytest.raises(UserError, match=r"results\.csv cannot be read as a table"):
        train_all(project.profile.scratch[:1], project)
    assert not project.paths.models.exists()


def test_nothing_to_train_is_an_error(project):
    with pytest.raises(UserError, match="no experiments to train"):
        train_all((), project)


@pytest.mark.parametrize(("what", "message"), [
    ("memory", "^training small takes at least .* MB of memory, and 0.0 MB are free: close other programs, or"),
    ("disk", "^small takes at least .* MB, and 0.0 MB are free on the disk of"),
])
def test_too_little_memory_or_disk_space_is_an_error_before_training(make_project, monkeypatch, what, message):
    project = make_project()
    if what == "memory":
        monkeypatch.setattr(resources, "free_memory", lambda: 0)
    else:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, 0))
    with pytest.raises(UserError, match=message):
        train_and_evaluate(project.experiments["small"], project)
    assert not (Job(project.experiments["small"], 0, project).run.folder / "recipe.json").exists()


@pytest.mark.parametrize("key", ["small", "frozen"])
@pytest.mark.parametrize("split", ["train", "test"])
def test_an_image_that_is_gone_is_named(make_project, image_folder, tmp_path, key, split):
    folder = image_folder({"green": 10, "blue": 10, "red": 10}, size=16)
    project = make_project(clean=clean_table_of(folder))
    file = Path(getattr(project, split)["filepath"].iloc[1])
    file.unlink()
    with pytest.raises(UserError, match=rf"^{re.escape(str(file))} cannot be read any more \(.*\): run notebook 01"):
        train_and_evaluate(project.experiments[key], project)


@pytest.mark.parametrize(("batch_size", "told"), [(41, True), (42, False)])
def test_a_last_batch_of_one_image_is_told_where_nothing_is_learnt_from_it(make_project, capsys, batch_size, told):
    edit = "conv(4) | gap | dropout(0.2), note: fast", "conv(4) | gap | batchnorm, note: fast"
    project = make_project(edit=edit, epochs=1, batch_size=batch_size)
    train_and_evaluate(project.experiments["small"], project)
    said = "small: the last batch of each epoch is one image (42 in batches of 41), from which batchnorm3 learns"
    assert (said in capsys.readouterr().out) == told
