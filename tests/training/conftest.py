import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from auxiliary.core import runtime
from auxiliary.project.project import Project
from tests.colours import SMALL, SMALL_ON, UNTRAINED, colours_profile, open_text
from tests.images import clean_table_of
from tests.tiny import with_plain_curves, with_tiny

FROZEN = "{model_id: frozen, backbone: Tiny, image_size: 32, head: gap | dense(4), learning_rate: 0.01, epochs: 2}"
TUNED = "{model_id: tuned, parent: frozen, tune_last: 1, learning_rate: 0.001, epochs: 1}"


@pytest.fixture(scope="session")
def colours(image_folder):
    """Three classes of 20 images of 16x16, each in a colour of its own."""
    return image_folder({"green": 20, "blue": 20, "red": 20}, size=16)


@pytest.fixture(scope="session")
def make_project(colours, divide, tmp_path_factory) -> Callable[..., Project]:
    """Opens the profile in a new root, or in a given one, its images split: `make_project(epochs=3)`.

    The text of the profile may be changed before: `make_project(edit=("note: fast", "note: slow"))`.
    """
    clean = clean_table_of(colours)
    text = colours_profile(colours, (SMALL, SMALL_ON, UNTRAINED), (FROZEN, TUNED))

    def make(root=None, edit=("", ""), clean=clean, **overrides) -> Project:
        root = root or tmp_path_factory.mktemp("root")
        return divide(open_text(text.replace(*edit), root, overrides=overrides), clean)

    return make


def copy_of(project: Project, folder: Path) -> Project:
    """A copy of a project and of all that is trained, below a folder: a test may change it."""
    root = shutil.copytree(project.paths.root, folder / "root")
    return replace(project, paths=replace(project.paths, root=root))


@pytest.fixture(scope="module", autouse=True)
def tiny_backbone():
    """A backbone called Tiny and plain curves, for experiments that would otherwise take long."""
    with with_tiny(), with_plain_curves():
        yield


@pytest.fixture(scope="module", autouse=True)
def runs_in_float32():
    """Runs have the precision that all machines have, so that figures are the same on all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "cpu_precision", lambda _: "float32")
        yield
