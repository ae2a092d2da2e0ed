"""The networks that the page offers: the finished runs of one data set, loaded when they are first asked."""

from functools import lru_cache
from pathlib import Path
from threading import Lock

import pandas as pd

from auxiliary.errors import UserError, unknown
from auxiliary.evaluation.columns import Result
from auxiliary.reporting.wording import labelled, ranked
from auxiliary.training.find import read_result
from auxiliary.training.run_folder import Run
from auxiliary.using.page.answer import Answer, ask
from auxiliary.using.trained import Trained, load_trained

KEPT = 3    # networks in memory at a time


class Networks:
    """The networks of all finished runs beside a given one, best validation accuracy first.

    Args:
        first: the finished run to offer first; it is loaded at once.

    Raises:
        UserError: when that run cannot be loaded. Others that cannot be read are named and left out.
    """

    def __init__(self, first: Run) -> None:
        folder = first.folder.parent
        self.first = first.id
        self._loaded = lru_cache(KEPT)(lambda name: load_trained(Run(folder / name)))
        self._loaded(self.first)
        self._results = _readable(folder)
        # TensorFlow is asked by one thread at a time, and Pillow's warnings are caught in no more.
        self._one_at_a_time = Lock()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What to call each network, and the name of its run; best validation accuracy first."""
        results = ranked(pd.DataFrame([{**result.model_dump(), "folder": name}
                                       for name, result in self._results.items()]))
        labels = [f"{label}, validation accuracy {accuracy:.3f}"
                  for label, accuracy in zip(labelled(results), results["val_accuracy"], strict=True)]
        return list(zip(labels, results["folder"], strict=True))

    def load(self, name: str) -> Trained:
        """The network of a run, by the run's name without the time; kept until others were asked since.

        Raises:
            UserError: when there is none of that name, or it cannot be read.
        """
        if name not in self._results:
            raise unknown("network", name, self._results)
        return self._loaded(name)

    def answer(self, data: bytes, name: str) -> Answer:
        """What the network of a run says of a picture file's bytes; others that ask wait meanwhile.

        Raises:
            PictureError: it is not a picture, damaged, or absurdly large.
            UserError: as for `load`.
        """
        with self._one_at_a_time:
            return ask(self.load(name), data)


def _readable(folder: Path) -> dict[str, Result]:
    """The results of the finished runs in a data set's folder that this version can read, by their folder's name."""
    results = {}
    for run in map(Run, sorted(folder.iterdir())):
        try:
            if run.finished:
                results[run.id] = read_result(run)
        except UserError as error:
            print(f"left out: {error}")
    return results
