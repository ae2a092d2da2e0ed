"""The tasks of a project: what is left to train, and the features that it is trained on."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from auxiliary.cluster.task import FeatureParts, Task, Training
from auxiliary.config.ensemble import Ensemble
from auxiliary.config.transfer import TransferExperiment
from auxiliary.core import runtime
from auxiliary.data.tables import contents_fingerprint
from auxiliary.networks.memory import experiment_bytes
from auxiliary.project.project import Project
from auxiliary.runs.replacement import is_unfinished
from auxiliary.training.feature_files import PART, computed_together, parts_of
from auxiliary.training.job import Job

# Bytes that TensorFlow takes, whatever it computes.
TENSORFLOW = 6e8


def tasks_of(jobs: Iterable[Job], seconds: Callable[[Job], float]) -> list[Task]:
    """The tasks of some jobs that are not finished, and of the jobs that these need; what a task needs comes before it.

    Args:
        jobs: what is to be trained.
        seconds: about how long one takes.
    """
    tasks: dict[str, Task] = {}
    known: dict[tuple[str, ...], Task] = {}
    for job in _left(jobs):
        features = list(_feature_tasks(job, known))
        tasks |= {task.name: task for task in features}
        needs = [task.name for task in features] + [needed.name for needed in job.needed if is_unfinished(needed.run)]
        tasks[job.name] = Task(job.name, Training(job.experiment.key, job.seed), tuple(needs), seconds(job),
                                 _memory(job))
    return list(tasks.values())


def job_of(task: Task, project: Project) -> Job | None:
    """The job of a training; None for features."""
    work = task.work
    return Job(project.experiments[work.key], work.seed, project) if isinstance(work, Training) else None


def _left(jobs: Iterable[Job]) -> Sequence[Job]:
    """The jobs that are not finished with those that they need, each once, parents first."""
    found: dict[str, Job] = {}

    def add(job: Job) -> None:
        if job.run.id not in found and is_unfinished(job.run):
            for needed in job.needed:
                add(needed)
            found[job.run.id] = job

    for job in jobs:
        add(job)
    return list(found.values())


def _feature_tasks(job: Job, known: dict[tuple[str, ...], Task]) -> Iterator[Task]:
    """The features that a frozen experiment is trained on; augmented ones are its own, and it computes them itself.

    Experiments that share features share their tasks, which `known` has by what they depend on.
    """
    experiment, project = job.experiment, job.project
    if not isinstance(experiment, TransferExperiment) or experiment.tune_last or experiment.augment or job.needed:
        return
    images = computed_together(experiment, project)
    groups = list(_grouped([(split, number, len(part.df)) for split, df in images.items()
                            for number, part in enumerate(parts_of(df))]))
    for backbone in experiment.backbones:
        for number, group in enumerate(groups, start=1):
            name = f"features of {backbone} for {experiment.key}" + (
                f", part {number:,} of {len(groups):,}" if len(groups) > 1 else "")
            of = (backbone, str(experiment.image_size), experiment.weights, str(experiment.deterministic),
                  contents_fingerprint(images["train"]), str(number))
            yield known.setdefault(of, Task(name, FeatureParts(experiment.key, backbone, group)))


def _grouped(parts: Sequence[tuple[str, int, int]]) -> Iterator[tuple[tuple[str, int], ...]]:
    """Parts of no more than `PART` images together, so that a small split is no task of its own."""
    group, images = [], 0
    for split, number, count in parts:
        if group and images + count > PART:
            yield tuple(group)
            group, images = [], 0
        group.append((split, number))
        images += count
    if group:
        yield tuple(group)


def _memory(job: Job) -> float:
    """About how many bytes of memory a training takes on a processor, at least."""
    if isinstance(job.experiment, Ensemble):
        return 0
    precision = runtime.cpu_precision(runtime.processor())
    return TENSORFLOW + experiment_bytes(job.experiment, len(job.project.categories), len(job.train), precision)
