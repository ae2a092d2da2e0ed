"""Interrupts a training after an epoch, as a power cut would."""

from auxiliary.training import callbacks


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
