"""The networks of the trained runs, and a test image."""

import pandas as pd
import pytest

from auxiliary.deploy.app.models import Networks
from auxiliary.runs.run import Run


@pytest.fixture(scope="session")
def networks(trained_root) -> Networks:
    """The networks of all runs, `small` first."""
    small = trained_root.runs["small"]
    return Networks(small, [small.folder.parent])


@pytest.fixture(scope="session")
def both(two_data_sets) -> Networks:
    """The networks of two data sets, the one of flowers first."""
    folders = [two_data_sets / "models" / name for name in ("colours", "flowers")]
    return Networks(Run(folders[1] / "small-h0123456789ab"), folders)


@pytest.fixture(scope="session")
def tested(trained_root) -> pd.Series:
    """The row of a test image in the test predictions of `small`."""
    return trained_root.runs["small"].predictions.iloc[0]
