"""Ensembles, trained for real on few images: the mean of what their members predict."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from auxiliary.commands.reproduce import find_chain
from auxiliary.core.errors import Diverged, UserError
from auxiliary.deploy.load import load_predictor
from auxiliary.deploy.preprocess import image_bytes, network_pixels
from auxiliary.evaluation.calibration import fit_temperature, tempered
from auxiliary.evaluation.metrics import scores
from auxiliary.reporting.html.report_data import read_report_data
from auxiliary.reporting.html.run_section import layers
from auxiliary.runs import code
from auxiliary.runs.code import other_code
from auxiliary.runs.named import find_best, find_exportable
from auxiliary.runs.replacement import is_replaced
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.run import Run
from auxiliary.runs.seeds import networks_of
from auxiliary.training.identity import fingerprint
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.outcome import check_converged
from auxiliary.training.retrain import retrain_later
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all
from tests.colours import SMALL_ON
from tests.training.conftest import copy_of

TUNED = "tune_last: 1, learning_rate: 0.001, epochs: 1}\n"
# Members of two sizes, one of them with two views of an image.
FITTED = "{model_id: fitted, backbone: Tiny, weights: random, image_size: 48, head: logistic, tta: mirror}"
BOTH = "{model_id: both, ensemble: [frozen, fitted]}"
EDIT = (TUNED, f"{TUNED}  - {FITTED}\n  - {BOTH}\n")


@pytest.fixture(scope="module")
def project(make_project):
    return make_project(edit=EDIT)


@pytest.fixture(scope="module")
def both(project):
    """The ensemble; nothing was trained before it."""
    return train_and_evaluate(project.experiments["both"], project)


@pytest.fixture
def moved(both, tmp_path):
    """A copy of the folder of all runs, to be damaged: the ensemble in it."""
    shutil.copytree(both.folder.parent, tmp_path / "colours")
    return Run(tmp_path / "colours" / both.id)


def members_of(project):
    return [Job(project.experiments[key], 0, project).run for key in ("frozen", "fitted")]


def probabilities(table):
    return table.filter(like="p:").to_numpy("float64")


def pixels_at(table, size):
    return np.stack([network_pixels(image_bytes(Path(file)), size) for file in table["filepath"]])


def test_its_members_are_trained_first_and_its_probabilities_are_their_mean(project, both):
    members = members_of(project)
    assert both.members == members
    for table, tables in ((both.predictions, [member.predictions for member in members]),
                          (both.val_predictions, [member.val_predictions for member in members])):
        mean = np.mean([probabilities(each) for each in tables], axis=0)
        np.testing.assert_allclose(probabilities(table), mean, rtol=1e-12)
        assert table["filepath"].tolist() == tables[0]["filepath"].tolist()
        assert table["predicted"].tolist() == [["blue", "green", "red"][best] for best in mean.argmax(axis=1)]
        np.testing.assert_allclose(table["confidence"], mean.max(axis=1), rtol=1e-12)


def test_its_row_names_its_members(project, both):
    row = read_results(project.paths.results).set_index("run_id").loc[both.result.run_id]
    assert (row["network"], row["stage"], row["epochs"], row["optimizer"], row["parent"], row["backbone"]) == (
        "ensemble(frozen, fitted)", "transfer", 0, "", "", "")
    assert row["accuracy"] == scores(both.predictions).accuracy
    assert row["val_loss"] == scores(both.val_predictions).loss
    assert row[["learning_rate", "acc_train", "train_loss"]].isna().all()
    members = [member.result for member in members_of(project)]
    assert row["parameters"] == sum(member.parameters for member in members) == both.layers["parameters"].sum()
    assert row["trainable_parameters"] == 0 and row["image_size"] == 48


def test_it_predicts_as_it_was_evaluated_each_member_at_its_size_and_with_its_views(both):
    predictor = load_predictor(both)
    assert [network.result.image_size for network in predictor.networks] == [32, 48]
    assert predictor.temperature == fit_temperature(both.val_predictions)
    # The images have 16 pixels: they are enlarged to 48, and made smaller again for one of the members.
    expected = tempered(probabilities(both.predictions), predictor.temperature)
    np.testing.assert_allclose(predictor.probabilities(pixels_at(both.predictions, 48)), expected, atol=0.05)
    apart = [next(network.batch_answers([pixels_at(both.predictions, network.result.image_size)])).probabilities
             for network in predictor.networks]
    np.testing.assert_allclose(tempered(np.mean(apart, axis=0), predictor.temperature), expected, atol=1e-6)


def test_it_competes_by_its_validation_accuracy(project, both):
    best = find_best(project.paths.root, "colours")
    assert best.result.val_accuracy >= both.result.val_accuracy


def test_an_export_is_refused_and_names_the_members(project, both):
    first, second = both.members
    with pytest.raises(UserError, match=f"^{both.id} is an ensemble, and .* its members, {first.id}, {second.id}$"):
        find_exportable("both", project.paths.root)
    assert find_exportable("fitted", project.paths.root) == second


def test_it_is_not_reproduced_but_its_members_are_named(both):
    with pytest.raises(UserError, match=f"^{both.id} is an ensemble, .* reproduce these, {both.members[0].id}, "):
        find_chain(both)


def test_a_member_that_is_gone_is_named(moved):
    shutil.rmtree(moved.members[1].folder)
    with pytest.raises(UserError, match=f"{moved.id} is an ensemble, and its member {moved.members[1].id} is not in"):
        load_predictor(moved)


def test_predictions_of_other_images_are_refused(make_project, both):
    fresh = make_project(edit=EDIT)
    for member in both.members:
        shutil.copytree(member.folder, fresh.paths.models / member.id)
    run = Run(fresh.paths.models / both.members[0].id)
    run.save_predictions("val", run.val_predictions.iloc[::-1])
    run.finish(run.result)
    with pytest.raises(UserError, match=f"the predictions of {run.id}, a member of both, are of other images"):
        train_and_evaluate(fresh.experiments["both"], fresh)


@pytest.mark.usefixtures("both")
def test_a_member_that_diverged_stops_it_and_is_named(make_project, project, tmp_path, capsys):
    diverging = FITTED.replace("head: logistic", "head: gap, optimizer: sgd, learning_rate: 1e38, epochs: 3")
    root = copy_of(project, tmp_path).paths.root
    project = make_project(root, edit=(TUNED, f"{TUNED}  - {diverging}\n  - {BOTH}\n"))
    both = project.experiments["both"]
    assert [run.result.key for run in train_all((project.experiments["frozen"], both), project)] == ["frozen"]
    assert "both is not trained, because its member fitted diverged" in capsys.readouterr().out
    with pytest.raises(Diverged, match="not trained, because a parent or member diverged: both"):
        check_converged(jobs_of([both], project))


def test_other_members_and_other_settings_of_a_member_make_it_another_run(make_project, project):
    def identity(*edit):
        other = make_project(edit=(EDIT[0], EDIT[1].replace(*edit)) if edit else EDIT)
        return fingerprint(other.experiments["both"], 0, other)

    assert identity() == fingerprint(project.experiments["both"], 0, project)
    assert len({identity(), identity("tta: mirror", "tta: shift(1)"), identity("[frozen, fitted]", "[tuned, fitted]")}
               ) == 3


def test_networks_from_scratch_are_averaged_too(make_project):
    edit = (SMALL_ON, f"{SMALL_ON}\n  - {{model_id: two, ensemble: [small, small_on]}}")
    project = make_project(edit=edit)
    two, = train_all(project.profile.scratch[2:3], project)
    mean = np.mean([probabilities(member.predictions) for member in two.members], axis=0)
    np.testing.assert_allclose(probabilities(two.predictions), mean, rtol=1e-12)
    assert (two.result.stage, two.result.network) == ("scratch", "ensemble(small, small_on)")
    assert networks_of([two.members[1], two]) == [two.members[1], two.members[0]]
    data = read_report_data(project)
    row = data.results[data.results["key"] == "two"].iloc[0]
    assert [cells[0].text for cells in layers(data, row).table.rows] == ["small", "small_on"]


def test_it_is_evaluated_anew_with_a_member(project, both, tmp_path, monkeypatch):
    copy = copy_of(project, tmp_path)
    both = Job(copy.experiments["both"], 0, copy).run
    retrain_later(jobs_of([copy.experiments["fitted"]], copy), copy)
    assert is_replaced(both) and not is_replaced(both.members[0])
    assert other_code(both) == ""
    monkeypatch.setattr(code, "code_fingerprint", lambda: "other")
    assert other_code(both).startswith("trained by other code")
