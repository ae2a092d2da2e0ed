"""Robustness of a data set's best networks, from trained runs to the cached table."""

import numpy as np
import pandas as pd
import pytest

from auxiliary.core.errors import UserError
from auxiliary.core.progress import Progress
from auxiliary.evaluation.corruptions import corrupted
from auxiliary.evaluation.robustness import CLEAN, COLUMNS
from auxiliary.runs.find import best_of_stages
from auxiliary.training import robustness
from auxiliary.training.robustness import measure_robustness
from auxiliary.training.train import train_and_evaluate
from tests.images import clean_table_of

EXPERIMENTS = """\
  - {model_id: views, parent: small, learning_rate: 0.01, epochs: 0, tta: augmented(3), augment: flip | shift(0.3)}
  - {model_id: mirrored, parent: small, learning_rate: 0.01, epochs: 0, tta: mirror | shift(1)}
  - {model_id: both, ensemble: [small, views]}
transfer:"""
KEYS = ("small", "views", "mirrored", "both", "frozen", "tuned")


@pytest.fixture(scope="module")
def project(make_project, image_folder):
    """A project whose images are hard enough that no network is always right, with trained runs of all kinds."""
    opened = make_project(edit=("transfer:", EXPERIMENTS), epochs=1)
    folder = opened.paths.processed / "made"
    folder.parent.mkdir(parents=True, exist_ok=True)
    image_folder({"green": 30, "blue": 30, "red": 30}, size=24).rename(folder)
    for number in range(8):
        one, other = folder / "green" / f"{number}.png", folder / "blue" / f"{number}.png"
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)
    return make_project(edit=("transfer:", EXPERIMENTS), root=opened.paths.root, clean=clean_table_of(folder))


@pytest.fixture(scope="module")
def runs(project):
    return {key: train_and_evaluate(project.experiments[key], project) for key in KEYS}


@pytest.mark.parametrize("key", KEYS)
def test_clean_images_are_answered_as_in_the_runs_own_test(project, runs, key):
    from auxiliary.evaluation.corrupted_answers import read_classifier

    with Progress("images", 1) as progress:
        found = read_classifier(runs[key]).labels(project.test, CLEAN, progress)
    expected = runs[key].predictions
    assert [project.categories[label] for label in found] == expected["predicted"].tolist()
    assert (found == project.test["label"]).mean() == runs[key].result.accuracy


def test_a_network_sees_the_corrupted_images_at_its_own_size(project, runs):
    import keras

    from auxiliary.data.images import Images
    from auxiliary.data.reading.jpeg import resized
    from auxiliary.evaluation.corrupted_answers import read_classifier

    with Progress("images", 1) as progress:
        found = read_classifier(runs["frozen"]).labels(project.test, "noise 5", progress)
    images = corrupted(Images(project.test, 24, cache=False)[np.arange(len(project.test))], "noise", 5)
    seen = np.stack([resized(image, 32) for image in images]).astype("float32")
    expected = keras.saving.load_model(runs["frozen"].model).predict_on_batch(seen).argmax(axis=1)
    np.testing.assert_array_equal(found, expected)


def test_the_best_run_of_each_stage_is_asked(project, runs, capsys):
    found = measure_robustness(project)
    best = best_of_stages(project.results, project.paths.models)
    assert set(best) == {"scratch", "transfer"}
    for stage, run in best.items():
        rows = found[found["stage"] == stage]
        assert (rows["run_id"] == run.result.run_id).all() and (rows["experiment"] == run.result.key).all()
        assert rows["filepath"].tolist() == project.test["filepath"].tolist()
        assert rows[CLEAN].mean() == run.result.accuracy
        assert run.result.val_accuracy == max(
            other.result.val_accuracy for other in runs.values() if other.result.stage == stage)
    assert found[[CLEAN, *COLUMNS]].isin([0, 1]).all(axis=None)
    assert "asked again" not in capsys.readouterr().out


def test_the_answers_are_cached_until_another_run_is_the_best(project, runs, monkeypatch):
    first = measure_robustness(project)
    calls = []
    monkeypatch.setattr(robustness, "_asked", lambda run, _: calls.append(run.id) or first.head(1))
    pd.testing.assert_frame_equal(measure_robustness(project), first)
    assert not calls
    best = best_of_stages(project.results, project.paths.models)
    other = next(run for run in runs.values() if run.result.stage == "scratch" and run.id != best["scratch"].id)
    monkeypatch.setattr(robustness, "best_of_stages", lambda *_: {"scratch": other})
    measure_robustness(project)
    assert calls == [other.id]


def test_other_answers_on_clean_images_are_said(runs, capsys):
    robustness._compare_clean(runs["small"], runs["small"].result.accuracy)
    assert capsys.readouterr().out == ""
    robustness._compare_clean(runs["small"], runs["small"].result.accuracy / 2)
    printed = capsys.readouterr()
    assert f"{runs['small'].id} has a test accuracy of" in printed.out + printed.err


def test_without_a_run_the_way_out_is_said(make_project):
    with pytest.raises(UserError, match="train an experiment first"):
        measure_robustness(make_project())
