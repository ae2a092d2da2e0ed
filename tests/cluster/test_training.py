"""Real training: a worker is killed in the middle of an epoch, and all figures are those of a run without a cluster."""

import os
import threading
import time
from pathlib import Path

import pytest

from auxiliary.cluster.task import TOPIC
from auxiliary.cluster.work import slim
from auxiliary.commands.on_cluster import finished_only, train
from auxiliary.core.console import PlainConsole
from auxiliary.project.project import Project
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.run import Run
from auxiliary.training.job import jobs_of
from tests.cluster.processes import Processes
from tests.cluster.training import differing, opened, train_alone

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


def kill_worker_of(watcher: "distributed.Client", task: str, run: Run) -> threading.Thread:
    """Kill the worker that trains a task, in an epoch after the first ones; the thread that does."""
    workers: dict[str, str] = {}
    # Another client than that of the command, whose subscription would be replaced.
    watcher.subscribe_topic(TOPIC, lambda event: workers.update({event[1]["task"]: event[1]["worker"]}))
    processes = watcher.run(os.getpid)

    def kill() -> None:
        while not ((task in workers and run.checkpoint.is_file()) or run.finished):
            time.sleep(0.05)
        time.sleep(0.5)
        os.kill(processes[workers[task]], 9)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


@pytest.fixture(scope="module")
def roots(tmp_path_factory, image_folder) -> tuple[Project, Project, str]:
    """Two projects of the same experiments, trained on a cluster and without one, and what the cluster printed."""
    from auxiliary.cluster.plugin import ProjectPlugin

    folder, place = image_folder({"green": 20, "blue": 20, "red": 20}, size=32), tmp_path_factory.mktemp("roots")
    on_cluster, alone = opened(place / "cluster", folder), opened(place / "alone", folder)
    with (place / "printed").open("w+", encoding="utf-8") as printed, Processes(place, workers=2) as running, \
            distributed.Client(running.address, set_as_default=False) as client, \
            distributed.Client(running.address, set_as_default=False) as watcher:
        client.wait_for_workers(2)
        client.register_plugin(ProjectPlugin(slim(on_cluster), 1))
        jobs = jobs_of(on_cluster.profile.experiments, on_cluster)
        killer = kill_worker_of(watcher, "long", next(job for job in jobs if job.name == "long").run)
        done = train(PlainConsole(file=printed, width=500), client, jobs, on_cluster)
        assert sorted(done[~done["features"]]["name"]) == ["frozen", "long", "small", "small_on"]
        killer.join()
        assert not all(worker.is_alive() for worker in running.workers)
        printed.seek(0)
        text = printed.read()
    train_alone(alone)
    return on_cluster, alone, text


def test_every_figure_is_that_of_a_run_without_a_cluster(roots):
    on_cluster, alone, _ = roots
    assert differing(on_cluster, alone) == []
    long, = jobs_of([on_cluster.experiments["long"]], on_cluster)
    assert long.epochs == len(long.run.history)


def test_the_client_logs_each_row_and_says_what_became_of_the_killed_run(roots):
    on_cluster, _, printed = roots
    rows = read_results(on_cluster.paths.results)
    assert sorted(rows["key"]) == ["frozen", "long", "small", "small_on"]
    assert "long: was interrupted, and goes on after epoch" in printed
    assert "features of MobileNet for frozen" in printed
    assert "small: validation accuracy" in printed


def test_what_has_failed_is_not_trained_by_a_notebook(roots, capsys):
    on_cluster, _, _ = roots
    notebooks = [Path("01-a.ipynb"), Path("02-b.ipynb"), Path("03-c.ipynb")]
    kept, keys = finished_only(PlainConsole(), on_cluster, notebooks)
    assert (kept, keys) == (notebooks, "small,small_on,long,frozen")
    run = jobs_of([on_cluster.experiments["frozen"]], on_cluster)[0].run
    hidden = run.folder.rename(run.folder.with_name("elsewhere"))
    try:
        assert finished_only(PlainConsole(), on_cluster, notebooks) == (notebooks[:2], "small,small_on,long")
        assert "03-c is left out" in capsys.readouterr().out
    finally:
        hidden.rename(run.folder)
