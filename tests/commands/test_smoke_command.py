"""The command as its user starts it: all experiments of `demo`, and some of `cifar10` on generated images.

What of `cifar10` is as elsewhere is left out: the network with a backbone is that of `demo`, and those of M1 and M2 are
that of M3 with fewer filters. M3 has three optimisers.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from auxiliary.core.paths import REPOSITORY
from auxiliary.project.open import open_project

CHOSEN = {"demo": "*", "cifar10": "M3*"}
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str
    root: Path          # what --root named
    temporary: Path     # where it made temporary folders


@pytest.fixture(scope="module")
def runs(image_folder, tmp_path_factory) -> dict[str, Done]:
    """Both commands, side by side."""
    source = tmp_path_factory.mktemp("cifar")
    for part in ("train", "test"):
        image_folder(dict.fromkeys(CLASSES, 16), size=32, suffix="jpg").rename(source / part)
    results = REPOSITORY / "results.csv"
    before = results.read_bytes()
    folders = {name: tmp_path_factory.mktemp(name) for name in ("demo", "cifar10")}
    more = {"demo": [], "cifar10": ["-p", "source", str(source), "-e", CHOSEN["cifar10"]]}
    started = {name: _start(name, folder, *more[name]) for name, folder in folders.items()}
    printed = {name: (process.communicate(timeout=600), process.returncode) for name, process in started.items()}
    assert results.read_bytes() == before
    return {name: Done(code, *texts, folders[name] / "root", folders[name] / "temporary")
            for name, (texts, code) in printed.items()}


def _start(name: str, folder: Path, *more: str) -> subprocess.Popen:
    (folder / "temporary").mkdir()
    command = [sys.executable, "-m", "auxiliary", "run", name, "--smoke-test", "--root", folder / "root", *more]
    return subprocess.Popen(command, cwd=folder, env=os.environ | {"TMPDIR": str(folder / "temporary")},
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("name", ["demo", "cifar10"])
def test_every_experiment_works(runs, name):
    done, keys = runs[name], [each.key for each in open_project(name, CHOSEN[name]).profile.experiments]
    assert done.code == 0, done.err
    # How far the copying was, and nothing else.
    assert "Traceback" not in done.err and "Warning" not in done.err
    assert done.out.partition("checks\n")[2].splitlines()[:-1] == [f"  {key}: ok" for key in keys]
    assert done.out.splitlines()[-1].startswith(f"{len(keys)} of {len(keys)} experiments of {name} train")


@pytest.mark.parametrize("name", ["demo", "cifar10"])
def test_nothing_is_left_behind(runs, name):
    assert not runs[name].root.exists()
    assert list(runs[name].temporary.iterdir()) == []


def test_a_failing_notebook_prints_its_error_and_its_folder(image_folder, tmp_path):
    folder = image_folder({"cat": 12, "dog": 2})
    done = _start("flowers", tmp_path, "-p", "dataset", str(folder))
    _, printed = done.communicate(timeout=300)
    assert done.returncode == 1
    assert printed.startswith("error: too few images to split")
    assert "Traceback" not in printed
    root = Path(printed.splitlines()[-1].removeprefix("everything is kept in "))
    assert (root / "assets" / folder.name / "01-preprocessing.ipynb").is_file()
    # Nothing else is kept.
    assert list((tmp_path / "temporary").glob("*/*")) == [root]
    assert not (tmp_path / "root").exists()
