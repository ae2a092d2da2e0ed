"""Processes that train and can be killed, forked from one that has loaded TensorFlow."""

from pathlib import Path

import psutil
from kill_process import KillableProcess

from auxiliary.project.open import open_project
from auxiliary.training.train_all import train_all
from tests.forks import FORKS, redirect


class TrainingProcess(KillableProcess):
    """A process that trains experiments of a profile.

    Args:
        profile: the profile's file.
        root: the root of its results.
        experiments: the keys of the experiments, as `open_project` takes them.
        log: the file that its output is written to.
        temporary: the folder of its temporary files.
    """

    def __init__(self, profile: Path, root: Path, experiments: str, log: Path, temporary: Path) -> None:
        self.log = log
        log.touch()
        temporary.mkdir(exist_ok=True)
        self._forked = FORKS.Process(target=_train, args=(profile, root, experiments, log, temporary))
        self._forked.start()
        self.process = psutil.Process(self._forked.pid)

    @property
    def returncode(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._forked.exitcode

    def ended(self) -> bool:
        """Whether it has ended."""
        return self._forked.exitcode is not None


def _train(profile: Path, root: Path, experiments: str, log: Path, temporary: Path) -> None:
    redirect(log, log, temporary)
    project = open_project(str(profile), experiments=experiments, root=root)
    train_all(project.profile.experiments, project)
