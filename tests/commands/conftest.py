"""A small trained profile whose files tests can damage."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from auxiliary.config.profile import Profile
from auxiliary.project.project import Project
from auxiliary.training.train_all import train_all
from tests.colours import open_text
from tests.tiny import with_plain_curves, with_tiny

PROFILE = """
dataset: {folder}
name: colours
image_size: 32
batch_size: 8
scratch:
  - {{model_id: small, learning_rate: 0.02, epochs: 1, net: conv(4) | batchnorm | gap}}
  - {{model_id: small_on, parent: small, learning_rate: 0.01, epochs: 1, augment: brightness(0.5), tta: augmented(2)}}
  - {{model_id: untrained, learning_rate: 0.02, epochs: 0, net: conv(4) | batchnorm | gap}}
transfer:
  - {{model_id: frozen, backbone: Tiny, weights: random, head: gap, learning_rate: 0.01, epochs: 1}}
  - {{model_id: tuned, parent: frozen, tune_last: 1, learning_rate: 0.001, epochs: 1}}
  - {{model_id: fitted, backbone: Tiny, weights: random, head: logistic}}
  - {{model_id: both, ensemble: [frozen, fitted]}}
"""


@pytest.fixture(scope="module", autouse=True)
def tiny_backbone() -> Iterator[None]:
    """The backbone Tiny, which the profile names."""
    with with_tiny():
        yield


@pytest.fixture(scope="session")
def colours(image_folder):
    """Three classes of 20 images, each with its own colour."""
    return image_folder({"green": 20, "blue": 20, "red": 20}, size=32)


@pytest.fixture(scope="session")
def opened(colours, divide, tmp_path_factory) -> Project:
    """The profile with split images; nothing is trained."""
    with with_tiny():
        return divide(open_text(PROFILE.format(folder=colours), tmp_path_factory.mktemp("root")))


@pytest.fixture(scope="session")
def trained(opened) -> Project:
    """The profile with all experiments trained."""
    with with_tiny(), with_plain_curves():
        train_all(opened.profile.experiments, opened)
    return opened


@pytest.fixture
def copy_of(trained, tmp_path) -> Callable[..., Project]:
    """Copies the trained profile, to be damaged, with some of its experiments: `copy_of("small", "small_on")`."""
    def copy(*keys: str) -> Project:
        shutil.copytree(trained.paths.root, tmp_path / "root")
        return replace(trained, paths=replace(trained.paths, root=tmp_path / "root"),
                       profile=_only(trained.profile, keys))

    return copy


def _only(profile: Profile, keys: tuple[str, ...]) -> Profile:
    return profile.model_copy(
        update={
            stage: tuple(experiment for experiment in getattr(profile, stage) if experiment.key in keys)
            for stage in ("scratch", "transfer")
        }
    )
