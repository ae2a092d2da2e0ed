"""Files of arrays that try to run code when they are read."""

import io
import os

import keras
import numpy as np
import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.networks.build import build_transfer
from auxiliary.runs.run import Run
from auxiliary.training.checkpoint import Checkpoint
from auxiliary.training.features import FeatureExtractor, cached_features


class Evil:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


@pytest.fixture
def evil(tmp_path):
    """An array that makes a folder, `marker`, when it is unpickled."""
    array = np.empty(1, object)
    array[0] = Evil(tmp_path / "marker")
    yield array
    assert not (tmp_path / "marker").exists()


def test_the_array_does_harm_where_pickles_are_admitted(tmp_path):
    array = np.array([Evil(tmp_path / "harm")], object)
    np.save(tmp_path / "evil.npy", array)
    np.load(tmp_path / "evil.npy", allow_pickle=True)
    assert (tmp_path / "harm").exists()


def test_arrays_of_a_run(tmp_path, evil):
    Run(tmp_path).save_arrays("grad-cam", evil=evil)
    with pytest.raises(UserError, match=r"grad-cam\.npz cannot be read .*allow_pickle=False"):
        Run(tmp_path).arrays("grad-cam")


def test_a_checkpoint(tmp_path, evil):
    archive = io.BytesIO()
    np.savez(archive, state=evil)
    # With the right checksum, or the array would not even be looked at.
    content = archive.getvalue()
    (tmp_path / "checkpoint.npz").write_bytes(content_hash(content).encode() + content)
    with pytest.raises(UserError, match=r"checkpoint\.npz cannot be read .*allow_pickle"):
        Checkpoint.load(tmp_path / "checkpoint.npz")


def test_features_of_a_frozen_backbone(make_project, tmp_path, evil):
    project = make_project()
    experiment = project.experiments["frozen"]
    keras.utils.set_random_seed(0)
    model = build_transfer(experiment, classes=3, weights=None).features
    folder = tmp_path / "features"
    features = np.asarray(cached_features(FeatureExtractor(model), experiment, project.test, folder))
    archive = io.BytesIO()
    np.save(archive, evil)
    file, = folder.iterdir()
    file.write_bytes(content_hash(archive.getvalue()).encode() + archive.getvalue())
    np.testing.assert_array_equal(cached_features(FeatureExtractor(model), experiment, project.test, folder), features)
