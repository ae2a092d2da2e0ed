"""The record that travels through training: one experiment, one seed, one project."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import nan

import pandas as pd

from auxiliary.config.experiment import Experiment
from auxiliary.data.sampling import sampled
from auxiliary.networks.rates import suggested_rate
from auxiliary.project.project import Project
from auxiliary.runs.own_epochs import saved_epoch
from auxiliary.runs.replacement import replacement
from auxiliary.runs.run import Run
from auxiliary.training.identity import fingerprint


@dataclass(frozen=True)
class Job:
    """One run to train, or to find where it has been trained.

    Attributes:
        experiment: what is trained.
        seed: seed of weights, order, augmentation and dropout.
        project: the opened profile, its images prepared.
        title: text of the progress bar; the experiment's key unless given.
        anew: whether a finished run is trained anew, see `auxiliary.runs.replacement`.
        on_history: what its run calls with the history after every epoch; None for nothing.
    """

    experiment: Experiment
    seed: int
    project: Project
    title: str = ""
    anew: bool = False
    on_history: Callable[[pd.DataFrame], None] | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """The experiment's key, with the seed unless it is 0 and the only one."""
        usual = self.seed == 0 and self.experiment.seeds == (0,)
        return self.experiment.key if usual else f"{self.experiment.key} (seed {self.seed})"

    @property
    def label(self) -> str:
        """Name of the job in progress bars and messages."""
        return self.title or self.experiment.key

    @cached_property
    def fingerprint(self) -> str:
        """Fingerprint of everything that the figures depend on, see `auxiliary.training.identity`."""
        return fingerprint(self.experiment, self.seed, self.project)

    @cached_property
    def config_hash(self) -> str:
        """The fingerprint without the seed: the same for all seeds of an experiment."""
        return fingerprint(self.experiment, None, self.project)

    @property
    def run(self) -> Run:
        """The run, finished or not; the one that will take its place where it is trained anew."""
        run = Run(self.project.paths.models / f"{self.experiment.slug}-{self.fingerprint}")
        return replace(replacement(run) if self.anew else run, on_history=self.on_history)

    @cached_property
    def parent(self) -> "Job | None":
        """The job whose trained weights this one starts from; None where it has no parent."""
        if not self.experiment.parent:
            return None
        return self._of(self.experiment.parent)

    @cached_property
    def needed(self) -> tuple["Job", ...]:
        """The jobs that must be finished before this one: its parent, or the members of an ensemble."""
        return tuple(map(self._of, self.experiment.needs))

    def _of(self, key: str) -> "Job":
        return replace(self, experiment=self.project.experiments[key], title="", anew=False, on_history=None)

    @property
    def start(self) -> "Job | None":
        """The parent whose trained weights this one starts from; None for a fresh network, as that of a refit."""
        return None if self.experiment.refit else self.parent

    @property
    def parents(self) -> Iterator["Job"]:
        """The parent or the members, their parents, and so on."""
        for job in self.needed:
            yield job
            yield from job.parents

    @cached_property
    def learning_rate(self) -> float:
        """The highest learning rate, NaN without an optimiser; `auto` is what its range test or its parent's found."""
        rate = self.experiment.learning_rate
        if rate != "auto":
            return nan if rate is None else rate
        return suggested_rate((self.parent if self.experiment.refit else self).run.range_test)

    @cached_property
    def epochs(self) -> int:
        """For how many epochs it is trained at most: a refit for as many as its finished parent's weights were."""
        if not self.experiment.refit:
            return self.experiment.epochs
        return saved_epoch(self.parent.run.history, self.experiment.patience)

    @cached_property
    def images(self) -> pd.DataFrame:
        """The images that it may be trained on: those of training, for a refit with those of validation."""
        project = self.project
        return pd.concat([project.train, project.val], ignore_index=True) if self.experiment.refit else project.train

    @cached_property
    def train(self) -> pd.DataFrame:
        """The images that it is trained on, after sampling."""
        return sampled(self.experiment, self.images)


def jobs_of(experiments: Iterable[Experiment], project: Project) -> list[Job]:
    """The jobs of some experiments, one per seed."""
    return [Job(experiment, seed, project) for experiment in experiments for seed in experiment.seeds]
