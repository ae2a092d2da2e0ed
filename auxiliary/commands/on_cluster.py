"""`run PROFILE --cluster …`: prepares and trains on a cluster, before the notebooks read everything back."""

import glob
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from auxiliary.cluster.check_workers import check_workers
from auxiliary.cluster.connect import connected, described
from auxiliary.cluster.execute import execute
from auxiliary.cluster.graph import job_of, tasks_of
from auxiliary.cluster.pool import ClusterPool
from auxiliary.cluster.task import PLUGIN, TOPIC, FeatureParts, Outcome, Task
from auxiliary.cluster.view import ClusterView
from auxiliary.cluster.work import slim, wait_for
from auxiliary.cluster.workers import Workers
from auxiliary.commands.amount import amount, count_images
from auxiliary.commands.estimate import estimate_seconds
from auxiliary.commands.plan import announce, trained_by
from auxiliary.commands.speed import processor_speed
from auxiliary.config.experiment import Experiment
from auxiliary.core.console import PlainConsole
from auxiliary.core.locks import locked
from auxiliary.core.text import counted
from auxiliary.core.threads import stated_number, stated_threads
from auxiliary.project.prepare import prepare
from auxiliary.project.project import Project
from auxiliary.runs.results_csv import log_result
from auxiliary.training.job import Job, jobs_of
from auxiliary.training.retrain import children_to_retrain
from auxiliary.training.train_all import result_line

if TYPE_CHECKING:
    from distributed import Client

TIMELINE = "cluster"    # name of the figure of who did what when


def run_on_cluster(console: PlainConsole, cluster: str, project: Project, notebooks: list[Path],
                   trained: Sequence[Experiment], plan: bool, stage: Path | None) -> None:
    """Prepare and train on a cluster what some notebooks will read back.

    Args:
        console: where to print.
        cluster: as in `connected`.
        project: the opened profile.
        notebooks: the notebooks that will run.
        trained: the experiments that they train.
        plan: whether only to print what would be done.
        stage: as in `auxiliary.cluster.plugin`.

    Raises:
        UserError: as in `connected`, `check_workers` and `execute`.
    """
    with connected(cluster) as client:
        # Here, because the first needs Dask, which `connected` may find missing, and the others take seconds to load.
        from auxiliary.cluster.plugin import ProjectPlugin
        from auxiliary.reporting.style import save_figure
        from auxiliary.reporting.timeline_figure import timeline_figure

        check_workers(client, project.paths)
        _announce(console, client, project, notebooks, plan)
        if plan:
            return
        client.register_plugin(ProjectPlugin(slim(project), stated_number(), stage))
        if any(notebook.name.startswith("01") for notebook in notebooks):
            prepare(project, ClusterPool(client))
            project = slim(project)
        jobs = jobs_of(trained, project)
        done = train(console, client, jobs + children_to_retrain(jobs, project), project)
        if len(done):
            save_figure(timeline_figure(done), project.paths.assets, TIMELINE)
        client.unregister_worker_plugin(PLUGIN)


def finished_only(console: PlainConsole, project: Project, notebooks: list[Path]) -> tuple[list[Path], str]:
    """The notebooks and the experiments that can be shown: a notebook would train here what has failed there.

    Args:
        console: where to print which notebooks are left out.
        project: the opened profile, after training.
        notebooks: the notebooks that were to run.

    Returns:
        Those that have a finished experiment or need none, and the keys of the finished ones as patterns.
    """
    experiments = [each for notebook in notebooks for each in trained_by(project, notebook) or ()]
    finished = [each for each in experiments if all(job.run.finished for job in jobs_of([each], project))]
    if len(finished) == len(experiments):
        return notebooks, ",".join(_pattern(each.key) for each in project.profile.experiments) or "*"
    kept = [notebook for notebook in notebooks
            if not (own := trained_by(project, notebook)) or any(each in finished for each in own)]
    for notebook in notebooks:
        if notebook not in kept:
            console.print(f"{notebook.stem} is left out: none of its experiments is finished", soft_wrap=True)
    return kept, ",".join(_pattern(each.key) for each in finished)


def _pattern(key: str) -> str:
    """A pattern that fits a key; a comma would end it."""
    return glob.escape(key).replace(",", "?")


def _announce(console: PlainConsole, client: "Client", project: Project, notebooks: list[Path], plan: bool) -> None:
    """Print what will be done, on which workers and in about what time."""
    own = min(client.nthreads().values())
    with stated_threads(stated_number() or own):
        announce(console, project, notebooks, whole=plan, workers=len(client.nthreads()))
    uses = f"Each training uses {counted(stated_number(), 'thread')}" if stated_number() else (
        "Each training uses all threads of its worker, which decides the last digits: --threads states a number")
    console.print(f"{described(client)}. {uses}.", soft_wrap=True)


def train(console: PlainConsole, client: "Client", jobs: Sequence[Job], project: Project) -> pd.DataFrame:
    """Train jobs on the workers of a cluster, each after what it needs, and log their rows.

    Args:
        console: where to show the progress.
        client: connected to the cluster, whose workers have the plugin.
        jobs: what to train; finished runs are not trained again.
        project: the opened profile, its images prepared.

    Returns:
        Who did what when, see `timeline_figure`; empty where nothing was left to do.

    Raises:
        UserError: as in `execute`.
    """
    tasks = tasks_of(jobs, _seconds(project))
    if not tasks:
        return pd.DataFrame()
    by_name, outcomes = {task.name: task for task in tasks}, []
    with locked(project.paths.models / ".cluster.lock", f"training {project.paths.dataset} on a cluster"), \
            ClusterView(console, len(tasks)) as view:
        client.subscribe_topic(TOPIC, view.event)
        workers = Workers(client, lambda new: check_workers(client, project.paths, new))
        for outcome in execute(client, tasks, workers):
            outcomes.append(outcome)
            view.ended(outcome.name, _line(outcome, by_name[outcome.name], project))
    return pd.DataFrame([
        {"name": outcome.name, "features": isinstance(by_name[outcome.name].work, FeatureParts),
         "worker": outcome.worker, "began": outcome.began, "ended": outcome.ended}
        for outcome in outcomes if outcome.worker])


def _seconds(project: Project) -> Callable[[Job], float]:
    """About how long each job takes, for the order in which they begin."""
    sizes, speed = count_images(project), processor_speed()
    return lambda job: estimate_seconds(job.experiment, amount(job.experiment, sizes, project.profile.split), speed)


def _line(outcome: Outcome, task: Task, project: Project) -> str:
    """What is printed of a task that has ended; the row of a finished run is logged first."""
    job = job_of(task, project)
    if outcome.status in ("failed", "skipped"):
        how = "failed" if outcome.status == "failed" else "is not trained" if job else "is not computed"
        return f"{outcome.name} {how}: {outcome.reason}"
    if not job or not wait_for(lambda: job.run.finished):
        return ""
    log_result(job.run.result, project.paths.results)
    return f"{outcome.name}: {result_line(job.run, trained=True)}"
