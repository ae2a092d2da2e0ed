"""The file of a detector in a run's folder: made once, long after training, so it holds its own checksum."""

import io
import sys

import numpy as np

from auxiliary.core.files import write_atomically
from auxiliary.core.text import printable
from auxiliary.data.reading.inspect_files import content_hash
from auxiliary.evaluation.out_of_distribution import METHOD, Detector
from auxiliary.runs.result_file import read_result_file
from auxiliary.runs.run import Run

CHECKSUM = len(content_hash(b""))    # bytes before the archive


def save_detector(run: Run, detector: Detector) -> None:
    """Save the detector of a run's network; where the folder is read-only, print that it is made again next time."""
    buffer = io.BytesIO()
    np.savez_compressed(buffer, made_of=_made_of(run), **detector.arrays)
    content = buffer.getvalue()
    path = run.detector_file
    try:
        write_atomically(path, content_hash(content).encode() + content)
    except OSError as error:
        print(printable(f"{path} cannot be written ({error}), and is made again next time"), file=sys.stderr)


def read_detector(run: Run) -> Detector | None:
    """The detector that was saved; None without one, where its file is damaged, and where it is of another network."""
    try:
        data = run.detector_file.read_bytes()
        checksum, content = data[:CHECKSUM], data[CHECKSUM:]
        if content_hash(content).encode() != checksum:
            return None
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = dict(file)
        made_of = str(arrays.pop("made_of"))
        return Detector(**arrays) if made_of == _made_of(run) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _made_of(run: Run) -> str:
    """The method and the network: an experiment that was trained anew has another one."""
    return f"{METHOD} {read_result_file(run.result_file).files[run.model_file.name]}"
