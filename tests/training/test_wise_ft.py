"""`wise_ft`: a tuned run's weights averaged with those that it started from, in a share that validation chooses."""

import shutil

import keras
import numpy as np
import pytest

from auxiliary.commands import reproduce
from auxiliary.commands.smoke_checks import check_runs
from auxiliary.deploy.load import load_predictor
from auxiliary.networks.averages import SHARES
from auxiliary.runs.named import find_exportable
from auxiliary.runs.replacement import is_replaced
from auxiliary.runs.results_csv import read_results
from auxiliary.training.evaluated import evaluated
from auxiliary.training.features import FeatureExtractor
from auxiliary.training.identity import fingerprint
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.retrain import retrain_later
from auxiliary.training.setup import build_setup, predict_split
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all
from auxiliary.training.wise_ft import average_weights
from tests.colours import SMALL_ON
from tests.training.conftest import copy_of

TUNED = "tune_last: 1, learning_rate: 0.001, epochs: 1}\n"
AVERAGED = "{model_id: averaged, parent: tuned, wise_ft: true}"
EDIT = (TUNED, f"{TUNED.replace('0.001', '0.5')}  - {AVERAGED}\n")
# Batch norm, several sizes, and views of an image.
SCRATCH = (SMALL_ON, "{model_id: norm, learning_rate: 0.1, epochs: 1, net: conv(4) | batchnorm | gap}\n"
           "  - {model_id: norm_on, parent: norm, learning_rate: 0.1, epochs: 2, sizes: [12, 16], tta: mirror}\n"
           "  - {model_id: norm_averaged, parent: norm_on, wise_ft: true}")


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=EDIT)


@pytest.fixture(scope="module")
def run(project):
    """The average; nothing was trained before it."""
    return train_and_evaluate(project.experiments["averaged"], project)


@pytest.fixture
def copied(project, run, tmp_path):
    """A copy of the project with all its runs."""
    return copy_of(project, tmp_path)


def weights_of(run):
    return keras.models.load_model(run.model).get_weights()


def runs_of(project, *keys):
    return [Job(project.experiments[key], 0, project).run for key in keys]


def chosen(run):
    return run.shares[run.shares["chosen"]].iloc[0]


@pytest.mark.parametrize("share", SHARES)
def test_the_average_is_the_formula_and_leaves_equal_weights_alone(share):
    draw = np.random.default_rng(0)
    start, same = (draw.normal(size=1000).astype("float32") for _ in range(2))
    tuned = start + draw.normal(size=1000).astype("float32")
    first, second = average_weights([start, same], [tuned, same], share)
    np.testing.assert_allclose(first, start + share * (tuned - start), atol=1e-6)
    assert first.dtype == np.float32 and np.array_equal(second, same)
    assert share not in (0, 1) or np.array_equal(first, tuned if share else start)


def check_average(project, *keys):
    """The last run of three is the average of the first two, by the formula, in the chosen share."""
    start, tuned, averaged = runs_of(project, *keys)
    table = averaged.shares
    assert table["share"].tolist() == list(SHARES)
    assert chosen(averaged)["val_loss"] == table["val_loss"].min() == averaged.result.val_loss
    assert chosen(averaged)["val_accuracy"] == averaged.result.val_accuracy
    share, saved, moved = chosen(averaged)["share"], weights_of(averaged), 0
    for before, after, mean in zip(weights_of(start), weights_of(tuned), saved, strict=True):
        np.testing.assert_allclose(mean, (1 - share) * before + share * after, rtol=1e-6, atol=1e-7)
        moved += not np.array_equal(before, after)
    assert moved
    problems = {experiment.key: found for experiment, found in check_runs(project)}
    assert [problems[key] for key in keys] == [[], [], []]


@pytest.mark.usefixtures("run")
def test_the_saved_weights_are_that_average_in_the_share_of_the_lowest_validation_loss(project):
    check_average(project, "frozen", "tuned", "averaged")


def test_so_are_those_of_a_network_from_scratch(make_project):
    project = make_project(edit=SCRATCH)
    train_and_evaluate(project.experiments["norm_averaged"], project)
    check_average(project, "norm", "norm_on", "norm_averaged")


def test_at_both_ends_are_the_runs_themselves(project, run):
    for share, other in zip((0.0, 1.0), runs_of(project, "frozen", "tuned"), strict=True):
        entry = run.shares[run.shares["share"] == share].iloc[0]
        assert entry["val_loss"] == pytest.approx(other.result.val_loss, rel=1e-5)
        assert entry["val_accuracy"] == other.result.val_accuracy
        job = Job(project.experiments["averaged"], 0, project)
        setup = build_setup(job)
        setup.set_weights(average_weights(*map(weights_of, runs_of(project, "frozen", "tuned")), share))
        for split, saved in (("val", other.val_predictions), ("test", other.predictions)):
            predicted = predict_split(job, setup, getattr(project, split))
            np.testing.assert_allclose(predicted.filter(like="p:"), saved.filter(like="p:"), atol=1e-5)


def test_its_row_says_that_nothing_was_trained(project, run):
    row = read_results(project.paths.results).set_index("run_id").loc[run.result.run_id]
    assert (row["averaging"], row["parent"], row["epochs"], row["epochs_total"], row["optimizer"]) == (
        "wise_ft", "tuned", 0, 3, "")
    assert row[["learning_rate", "acc_train", "train_loss"]].isna().all() and row["trainable_parameters"] == 0
    assert (run.history["phase"] == "parent").all() and (run.folder / "curves.svg").is_file()
    share = chosen(run)["share"]
    assert evaluated(run) == f"{share:g} x the weights of tuned + {1 - share:g} x those that it started from"


def test_it_predicts_and_exports_as_a_network_of_its_own(project, run):
    assert find_exportable("averaged", project.paths.root) == run
    assert load_predictor(run).model.count_params() == run.result.parameters


def test_it_is_the_same_run_only_with_the_same_parents(make_project, project):
    other = make_project(edit=(EDIT[0], EDIT[1].replace("0.5", "0.4")))
    assert fingerprint(other.experiments["averaged"], 0, other) != fingerprint(project.experiments["averaged"], 0,
                                                                              project)
    plain = make_project()
    assert fingerprint(plain.experiments["frozen"], 0, plain) == fingerprint(project.experiments["frozen"], 0, project)


def test_it_is_averaged_anew_with_either_run(copied):
    averaged, = runs_of(copied, "averaged")
    first = averaged.result.finished_at
    retrain_later(jobs_of([copied.experiments["frozen"]], copied), copied)
    assert is_replaced(averaged)
    train_all((copied.experiments["frozen"],), copied, retrain=True)
    assert not is_replaced(averaged) and averaged.result.finished_at > first


def test_it_is_reproduced_to_the_last_digit(project, run, capsys):
    reproduce.reproduce_run(run.id, project.paths.root)
    assert "agree to the last digit" in capsys.readouterr().out


def test_the_start_is_trained_again_where_its_folder_is_gone(copied):
    start, averaged = runs_of(copied, "frozen", "averaged")
    shutil.rmtree(start.folder)
    shutil.rmtree(averaged.folder)
    assert train_and_evaluate(copied.experiments["averaged"], copied).finished and start.finished


def test_frozen_layers_run_once_for_all_shares(copied, monkeypatch):
    averaged, = runs_of(copied, "averaged")
    shutil.rmtree(averaged.folder)
    assert build_setup(Job(copied.experiments["averaged"], 0, copied)).extractor.layer == "conv"
    computed = []
    original = FeatureExtractor.ask.func
    monkeypatch.setattr(FeatureExtractor, "ask", property(lambda self: computed.append(self) or original(self)))
    assert train_and_evaluate(copied.experiments["averaged"], copied).finished
    assert computed == []
