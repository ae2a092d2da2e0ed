"""What a run says before its notebooks begin; tests/notebooks runs them."""

import pandas as pd
import pytest

from auxiliary import session
from auxiliary.data.clean import clean_table
from auxiliary.opening import open_lab
from auxiliary.training.train import find_run

PROFILE = """
dataset: {folder}
image_size: 16
scratch:
  - {{model_id: small, learning_rate: 0.1, epochs: 10, net: gap, seeds: [0, 1, 2]}}
"""


@pytest.fixture
def lab(picture_folder, divide, tmp_path, monkeypatch):
    """A row of three seeds, ten epochs each, that takes a second an epoch."""
    monkeypatch.setattr(session, "estimate_seconds", lambda row, _: row.epochs)
    folder = picture_folder({"green": 20, "blue": 20})
    (tmp_path / "profile.yaml").write_text(PROFILE.format(folder=folder), encoding="utf-8")
    lab = open_lab(str(tmp_path / "profile.yaml"), root=tmp_path)
    divide(lab, clean_table(folder))
    return lab


def remaining(lab) -> float:
    row, = lab.profile.rows
    return session._remaining(row, lab, 40)


def test_what_is_finished_or_half_done_is_not_announced_again(lab):
    finished, broken, _ = (find_run(lab.profile.rows[0], lab, seed) for seed in range(3))
    assert remaining(lab) == 30
    for run in (finished, broken):
        run.folder.mkdir(parents=True)
    (finished.folder / "result.json").touch()
    broken.save_history(pd.DataFrame({"phase": ["small"] * 2 + ["own"] * 4}))
    # Without a checkpoint it starts from the beginning, whatever its history says.
    assert remaining(lab) == 20
    broken.checkpoint.touch()
    assert remaining(lab) == 16
    (broken.folder / "history.csv").write_bytes(b"\xff")
    assert remaining(lab) == 20
