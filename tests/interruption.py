"""Interrupts a training after an epoch, as a power cut would."""

import os
import signal
from pathlib import Path

import pytest

from auxiliary.core import runtime
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from auxiliary.training import callbacks
from auxiliary.training.train import train_and_evaluate
from auxiliary.training.train_all import train_all
from tests.tiny import with_tiny


class PowerCut(Exception):
    """What interrupts a training."""


def interrupt_after(monkeypatch, epochs: int | None) -> None:
    """Interrupt every training once it has saved so many epochs; None: no more."""
    save = getattr(callbacks.CheckpointWriter.on_epoch_end, "whole", callbacks.CheckpointWriter.on_epoch_end)

    def on_epoch_end(self, epoch, logs=None):
        save(self, epoch, logs)
        if epoch + 1 == epochs:
            raise PowerCut

    on_epoch_end.whole = save
    monkeypatch.setattr(callbacks.CheckpointWriter, "on_epoch_end", on_epoch_end)


def train_until_a_power_cut(monkeypatch, project: Project, key: str) -> None:
    """Train an experiment of a project for one epoch, which is saved; later trainings are not interrupted."""
    interrupt_after(monkeypatch, 1)
    with pytest.raises(PowerCut):
        train_and_evaluate(project.experiments[key], project)
    interrupt_after(monkeypatch, None)


def retrain_until_killed(profile: Path, root: Path) -> None:
    """Train experiments from scratch anew, in a fork, which kills itself once its first epoch is saved."""
    save = callbacks.CheckpointWriter.on_epoch_end

    def on_epoch_end(self, epoch, logs=None):
        save(self, epoch, logs)
        os.kill(os.getpid(), signal.SIGKILL)

    callbacks.CheckpointWriter.on_epoch_end = on_epoch_end
    runtime.cpu_precision = lambda _: "float32"
    with with_tiny():
        project = open_project(str(profile), root=root)
        train_all(project.profile.scratch, project, retrain=True)
