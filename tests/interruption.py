"""Interrupts a training after an epoch, as a power cut would."""

import pytest

from auxiliary.project.project import Project
from auxiliary.training import callbacks
from auxiliary.training.train import train_and_evaluate


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
