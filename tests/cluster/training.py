"""Four small experiments, a parent and a child among them, trained on a cluster and without one."""

import os
from pathlib import Path

from auxiliary.commands.reproduce_setup import figures
from auxiliary.core.parallel import Processes
from auxiliary.core.threads import VARIABLE
from auxiliary.project.open import open_project
from auxiliary.project.prepare import prepare
from auxiliary.project.project import Project
from auxiliary.training.job import jobs_of
from auxiliary.training.train_all import train_all
from tests.colours import SMALL, SMALL_ON, colours_profile, open_text
from tests.forks import FORKS, redirect

LONG = "{model_id: long, learning_rate: 0.01, epochs: 75, net: conv(16) | batchnorm | pool | flatten | dense(32)}"
FROZEN = ("{model_id: frozen, backbone: MobileNet, weights: random, image_size: 32, head: gap | dense(4), "
          "learning_rate: 0.01, epochs: 2}")


def opened(root: Path, folder: Path) -> Project:
    """A prepared project of four experiments on the images of a folder, in a new root."""
    root.mkdir()
    text = colours_profile(folder, (SMALL, SMALL_ON, LONG), (FROZEN,), size=32)
    # Here, because processes take a second to start.
    prepare(open_text(text, root), Processes(1))
    return open_text(text, root)


def train_alone(project: Project) -> None:
    """Train all experiments in one process, with one thread."""
    process = FORKS.Process(target=_train, args=(project.paths.root,))
    process.start()
    process.join()
    assert process.exitcode == 0


def _train(root: Path) -> None:
    redirect(Path(os.devnull), Path(os.devnull), root)
    os.environ[VARIABLE] = "1"
    project = open_project(str(root / "profile.yaml"), root=root)
    train_all(project.profile.experiments, project)


def differing(one: Project, other: Project) -> list[str]:
    """The experiments whose figures are not the same in two projects, to the last digit."""
    pairs = zip(*(jobs_of(each.profile.experiments, each) for each in (one, other)), strict=True)
    return [first.name for first, second in pairs if not figures(first.run).equals(figures(second.run))]
