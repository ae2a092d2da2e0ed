"""Guards `PIPELINE`: whoever changes what a run computes must raise it, or old figures would pass for new ones.

If this fails after a change to reading, augmentation, order, dropout, features, optimiser or evaluation, raise
`PIPELINE` in `auxiliary/training/identity.py` and write the new figures here.
"""

import pytest

from auxiliary.training.identity import PIPELINE
from auxiliary.training.train import train_and_evaluate

GOLDEN = {
    "small": {"pipeline": 8, "loss": [1.1677, 0.8702], "val_loss": [0.8736, 0.7594]},
    "frozen": {"pipeline": 8, "loss": [1.3598, 1.2471], "val_loss": [1.2682, 1.2138]},
}


@pytest.mark.parametrize("key", GOLDEN)
def test_a_run_still_gives_the_figures_on_record(make_project, key):
    project = make_project(
        augment="flip | shift(0.1) | zoom(0.2) | brightness(0.1) | saturation(0.2)", schedule="onecycle"
    )
    history = train_and_evaluate(project.experiments[key], project).history
    assert GOLDEN[key]["pipeline"] == PIPELINE
    # Processors differ in the last digits, pipelines in the first ones.
    assert history["loss"].tolist() == pytest.approx(GOLDEN[key]["loss"], abs=2e-3)
    assert history["val_loss"].tolist() == pytest.approx(GOLDEN[key]["val_loss"], abs=2e-3)
