"""The tasks of a profile on a cluster, and how they end."""

from dataclasses import dataclass
from typing import Literal

# Dask's names of the plugin of every worker, and of the events that tell of progress.
PLUGIN, TOPIC = "auxiliary", "auxiliary-progress"


@dataclass(frozen=True)
class FeatureParts:
    """Features of frozen layers to compute and cache.

    Attributes:
        key: of an experiment whose backbone and images they are.
        backbone: of its backbones, the one that computes them.
        parts: the images: pairs of a split and the number of a part of it, see `feature_files.parts_of`.
    """

    key: str
    backbone: str
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Training:
    """An experiment to train with one seed.

    Attributes:
        key: of the experiment.
        seed: from 0 to 2**32 - 1.
    """

    key: str
    seed: int


@dataclass(frozen=True)
class Task:
    """A task of the graph.

    Attributes:
        name: what it is called in messages; no two tasks share it.
        work: what it does.
        needs: the names of tasks that must be done before.
        seconds: about how long it takes.
        memory: about how many bytes it takes.
    """

    name: str
    work: FeatureParts | Training
    needs: tuple[str, ...] = ()
    seconds: float = 0.0
    memory: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """How a task ended.

    Attributes:
        name: the task's.
        status: `diverged` is a training that ended without a network; what needs it is `skipped`, as is what needs a
            task that `failed`.
        reason: a sentence, empty where the task is done.
        worker: the address of the worker that did it; empty where none did.
        began: seconds since the epoch of that worker's clock.
        ended: the same.
    """

    name: str
    status: Literal["done", "diverged", "failed", "skipped"]
    reason: str = ""
    worker: str = ""
    began: float = 0.0
    ended: float = 0.0
