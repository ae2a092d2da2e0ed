"""The curves of a run as TensorBoard reads them, in the run's folder.

The names are those of Keras's callback: `epoch_loss` in `train` and `validation` is one chart with two curves. Files
are written anew from the history when a run goes on, so no epoch is missing and none is there twice.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from auxiliary.core import runtime
from auxiliary.core.files import write_atomically
from auxiliary.runs.own_epochs import own_epochs
from auxiliary.runs.run import TENSORBOARD, Run
from auxiliary.training.trackers.figures import end_figures, epoch_figures

if TYPE_CHECKING:
    import tensorflow as tf

TRAIN, VALIDATION, END = "train", "validation", "end"
EVENTS = "events.out.tfevents"      # TensorBoard reads files of such names
COMPLETE = "run_id.txt"             # holds the `run_id` whose curves are complete


class TensorBoard:
    """Writes the curves of one run after the other."""

    def __init__(self) -> None:
        self._run, self._done = "", 0
        self._files: dict[str, tf.io.TFRecordWriter] = {}

    def epochs(self, run: Run, own: pd.DataFrame) -> None:
        """Write the epochs of a run so far; those that this process wrote are not written again."""
        if self._run != run.id:
            self._begin(run)
        for epoch, figures in epoch_figures(own, self._done):
            self._write(TRAIN, epoch, _curves(figures, of_validation=False))
            self._write(VALIDATION, epoch, _curves(figures, of_validation=True))
        self._done = len(own)
        for file in self._files.values():
            file.flush()

    def finished(self, run: Run) -> None:
        """Write what is missing of a finished run: its end, and for one that this process did not train all of it."""
        mark, run_id = run.folder / TENSORBOARD / COMPLETE, run.result.run_id
        if mark.is_file() and mark.read_text(encoding="utf-8") == run_id:
            return
        own = own_epochs(run.history)
        if self._run != run.id or self._done != len(own):
            self._begin(run)
            self.epochs(run, own)
        # Now, because its folder may have had another name before, see `auxiliary.runs.replacement`.
        self._files[END] = _open(run, END)
        self._write(END, len(own), end_figures(run.result))
        self._close()
        write_atomically(mark, run_id)

    def _begin(self, run: Run) -> None:
        """Open new files for a run, in place of those that it has."""
        self._close()
        for old in (run.folder / TENSORBOARD).glob(f"*/{EVENTS}.*"):
            old.unlink()
        self._files = {name: _open(run, name) for name in (TRAIN, VALIDATION)}
        self._run, self._done = run.id, 0

    def _close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files, self._run = {}, ""

    def _write(self, name: str, step: int, figures: Mapping[str, float]) -> None:
        from tensorflow.core.framework.summary_pb2 import Summary
        from tensorflow.core.util.event_pb2 import Event

        values = [Summary.Value(tag=tag, simple_value=value) for tag, value in figures.items()]
        if values:
            event = Event(wall_time=time.time(), step=step, summary=Summary(value=values))
            self._files[name].write(event.SerializeToString())


def _open(run: Run, name: str) -> "tf.io.TFRecordWriter":
    """A new file of events, with its first one. It needs none of TensorFlow's devices, so it changes no settings."""
    runtime.load()
    import tensorflow as tf
    from tensorflow.core.util.event_pb2 import Event

    folder: Path = run.folder / TENSORBOARD / name
    folder.mkdir(parents=True, exist_ok=True)
    file = tf.io.TFRecordWriter(str(folder / f"{EVENTS}.{time.time_ns()}"))
    file.write(Event(wall_time=time.time(), file_version="brain.Event:2").SerializeToString())
    return file


def _curves(figures: Mapping[str, float], of_validation: bool) -> dict[str, float]:
    """The figures of training or of validation images, by the names of Keras's callback."""
    return {f"epoch_{name.removeprefix('val_')}": value for name, value in figures.items()
            if name.startswith("val_") == of_validation}
