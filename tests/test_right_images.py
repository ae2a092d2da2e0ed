"""Whatever happened before, a row's figures are those of the images that its run names."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from auxiliary.core import runtime
from auxiliary.core.errors import UserError
from auxiliary.core.paths import REPOSITORY
from auxiliary.project.open import open_project
from auxiliary.training.job import Job
from auxiliary.training.train import train_and_evaluate
from tests.colours import UNTRAINED, colours_profile
from tests.prepare import prepare
from tests.tiny import with_plain_curves, with_tiny

FROZEN = "{model_id: frozen, backbone: Tiny, image_size: 32, head: gap, learning_rate: 0.01, epochs: 1}"
SIZES = (40, 72)
FIGURES = {"accuracy", "val_accuracy", "test_loss", "val_loss", "macro_f1", "images_hash"}


@pytest.fixture(scope="module", autouse=True)
def same_everywhere():
    """A backbone called Tiny, plain curves, and float32."""
    with with_tiny(), with_plain_curves(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(runtime, "cpu_precision", lambda _: "float32")
        yield


@pytest.fixture
def opened(tmp_path, image_folder):
    """Opens the profile in a root of a name, at an image size: `opened("one", 72)`."""
    folder = image_folder({"green": 12, "blue": 12}, size=100, suffix="png")
    (tmp_path / "profile.yaml").write_text(colours_profile(folder, (UNTRAINED,), (FROZEN,), 72), encoding="utf-8")
    return lambda root, size=72: open_project(str(tmp_path / "profile.yaml"), overrides={"image_size": size},
                                              root=tmp_path / root)


def figures(project):
    """The figures of both experiments, trained or read back."""
    runs = [train_and_evaluate(experiment, project) for experiment in project.profile.experiments]
    return [run.result.model_dump(include=FIGURES) for run in runs]


def child(project, size, way):
    """Prepares the images of a project's root at a size, in a process of its own."""
    profile = project.paths.root.parent / "profile.yaml"
    return subprocess.Popen([sys.executable, "-m", "tests.prepare", profile, project.paths.root, str(size), way],
                            cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            text=True)


def test_a_notebook_01_at_another_size_that_failed_was_killed_or_runs_beside_changes_no_figure(opened):
    expected = figures(prepare(opened("clean")))
    project = prepare(opened("disturbed"))
    for way, status in (("fail", 1), ("die", -9)):
        disturbing = child(project, 40, way)
        disturbing.communicate()
        assert disturbing.returncode == status
        with pytest.raises(UserError, match="--only 01"):
            figures(opened("disturbed", 40))
    beside = child(project, 40, "wait")
    assert beside.stdout.readline() == "waiting\n"
    assert figures(opened("disturbed")) == expected
    _, errors = beside.communicate()
    assert beside.returncode == 0, errors
    assert figures(opened("disturbed")) == expected
    assert figures(opened("disturbed", 40))[0]["images_hash"] != expected[0]["images_hash"]


class Killed(BaseException):
    """The process is dead: it changes no file any more."""


class Killer:
    """Kills what runs in its block at its n-th change of a file; with 0 never."""

    def __init__(self, moment: int) -> None:
        self._left, self._moment, self._patch = moment, moment, pytest.MonkeyPatch()

    def __enter__(self) -> None:
        for name in ("replace", "unlink", "rmdir", "mkdir", "write_bytes", "open"):
            self._patch.setattr(Path, name, self._deadly(getattr(Path, name)))

    def _deadly(self, change):
        def deadly(*arguments, **options):
            self._left -= 1
            if self._moment and self._left <= 0:
                raise Killed
            return change(*arguments, **options)

        return deadly

    def __exit__(self, kind, *_) -> bool:
        self._patch.undo()
        return kind is Killed


class World:
    """Raw images that are edited, a root in which anything happens, and clean roots to compare with."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._expected = folder, {}
        rng = np.random.default_rng(0)
        for colour in ("green", "blue"):
            (folder / "raw" / colour).mkdir(parents=True)
            for number in range(12):
                Image.fromarray(rng.integers(0, 256, (66, 66, 3), "uint8")).save(folder / f"raw/{colour}/{number}.png")
        self._versions = [(folder / f"raw/{colour}/0.png").read_bytes() for colour in ("green", "blue")]
        profile = colours_profile(folder / "raw", (UNTRAINED,), (FROZEN,), 72)
        (folder / "profile.yaml").write_text(profile, encoding="utf-8")

    def open(self, root: str, size: int):
        return open_project(str(self._folder / "profile.yaml"), experiments="untrained", overrides={"image_size": size},
                            root=self._folder / root)

    def edit(self, version: int) -> None:
        """Put one of two contents, or nothing, where one raw image is."""
        file = self._folder / "raw" / "green" / "9.png"
        if version == len(self._versions):
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(self._versions[version])

    def damage(self, size: int) -> None:
        """Change a processed image's pixels, but not its size."""
        for file in sorted((self._folder / f"root/data/colours/processed/{size}/images").rglob("*.jpg"))[:1]:
            content = file.read_bytes()
            file.write_bytes(content[:-40] + bytes([content[-40] ^ 1]) + content[-39:])

    def prepare(self, size: int, killed_at: int) -> None:
        with Killer(killed_at):
            prepare(self.open("root", size))

    def train(self, size: int) -> bool:
        """Train anew, unless the images are not, or no longer, prepared; whether they are."""
        project = self.open("root", size)
        # Otherwise the run of an earlier example would be read back.
        shutil.rmtree(project.paths.models, ignore_errors=True)
        try:
            found = figures(project)
        except UserError as error:
            assert "--only 01" in str(error)
            return False
        name = Job(project.profile.experiments[0], 0, project).fingerprint
        assert found == self._expected[name]
        return True

    def remember(self, size: int) -> None:
        """Prepare and train in a clean root, on the raw images as they are."""
        number = len(list(self._folder.glob("clean-*")))
        project = prepare(self.open(f"clean-{number}", size))
        name = Job(project.profile.experiments[0], 0, project).fingerprint
        if name not in self._expected:
            self._expected[name] = figures(project)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A world that remembers the figures of every version of its raw images at every size."""
    world = World(tmp_path_factory.mktemp("world"))
    for version in range(3):
        world.edit(version)
        for size in SIZES:
            world.remember(size)
    return world


SIZE, MOMENT = st.sampled_from(SIZES), st.sampled_from([0, 0, *range(1, 40)])
HAPPENINGS = st.one_of(
    st.tuples(st.just("edit"), st.integers(0, 2)), st.tuples(st.just("damage"), SIZE),
    st.tuples(st.just("prepare"), SIZE, MOMENT), st.tuples(st.just("train"), SIZE))


@settings(max_examples=6)
@given(happenings=st.lists(HAPPENINGS, min_size=4, max_size=10), size=SIZE)
def test_whatever_happened_figures_are_those_of_a_clean_root(world, happenings, size):
    for name, *arguments in happenings:
        getattr(world, name)(*arguments)
    world.prepare(size, 0)
    assert world.train(size)
