"""The words in the line of a run that say what its accuracies are of."""

import json
import re

import pandas as pd
import pytest

from auxiliary.core.progress import MESSAGE, PROGRESS_FILE
from auxiliary.runs.run import Run
from auxiliary.training.evaluated import evaluated
from auxiliary.training.train_all import train_all


@pytest.fixture
def words(result, tmp_path):
    """The words for a run with these validation losses, after an epoch of its parent with a lower one."""
    def make(*losses: float, **settings: object) -> str:
        run = Run(tmp_path / "models" / "demo" / "cnn-h0123456789ab")
        run.begin({})
        run.save_history(pd.DataFrame({"val_loss": [0.01, *losses], "phase": ["parent", *("own" for _ in losses)]}))
        run.finish(result.model_copy(update={"patience": 0, "averaging": "", "tta": ""} | settings))
        return evaluated(run)

    return make


@pytest.mark.parametrize(("losses", "settings", "said"), [
    ((0.5, 0.4, 0.6), {}, ""),
    ((0.5, 0.4, 0.6), {"patience": 2}, "weights of epoch 2 of 3"),
    ((0.5, 0.4, 0.4, 0.4), {"patience": 2}, "weights of epoch 2 of 4"),
    ((0.6, 0.5, 0.4), {"patience": 2}, ""),
    ((), {"patience": 2}, ""),
    ((0.5, 0.4), {"averaging": "ema(0.99)"}, "averaged weights"),
    ((), {"tta": "mirror"}, "mean over 2 views"),
    ((0.4, 0.5), {"averaging": "lookahead", "patience": 1, "tta": "mirror | shift(1)"},
     "averaged weights of epoch 1 of 2, mean over 6 views"),
])
def test_it_names_the_weights_and_the_views(words, losses, settings, said):
    assert words(*losses, **settings) == said


@pytest.mark.parametrize("settings", [{}, {"averaging": "ema(0.9)"}])
def test_the_accuracy_in_the_line_is_that_of_the_epoch_it_names(make_project, tmp_path, monkeypatch, settings):
    monkeypatch.setenv(PROGRESS_FILE, str(tmp_path / "progress"))
    project = make_project(learning_rate=3.0, patience=2, epochs=30, **settings)
    (run,) = train_all((project.experiments["small"],), project)
    # The command shows it below the last epoch's.
    line = json.loads((tmp_path / "progress").read_text(encoding="utf-8").splitlines()[-1])[MESSAGE]
    accuracy, epoch, last = re.search(r"validation accuracy (\S+), .*weights of epoch (\d+) of (\d+); ", line).groups()
    assert (int(last), "averaged" in line) == (len(run.history), bool(settings))
    assert float(accuracy) == pytest.approx(run.history["val_accuracy"][int(epoch) - 1], abs=5e-5)
