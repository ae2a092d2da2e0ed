"""Fixtures of the cluster's tests: real processes, and a project that they can see."""

import logging
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from auxiliary.cluster.check_workers import check_workers
from auxiliary.cluster.execute import execute
from auxiliary.cluster.task import Outcome, Task
from auxiliary.cluster.workers import Workers
from auxiliary.config.profile import Profile
from auxiliary.core.paths import Paths
from auxiliary.project.project import Project
from tests.cluster.processes import Processes
from tests.cluster.sleeping import sleep


@pytest.fixture(scope="module")
def processes(tmp_path_factory) -> Iterator[Processes]:
    """A scheduler and two workers with one thread each, shared by the tests of a module.

    A test that ends some of them comes after those that need both, and says how many it needs: `have_workers(4)`.
    """
    with Processes(tmp_path_factory.mktemp("cluster"), workers=2) as running:
        yield running


@pytest.fixture
def project(tmp_path) -> Project:
    """A project without images."""
    return Project(Profile(dataset="demo"), Paths(tmp_path, "demo"), {})


@pytest.fixture
def run_tasks(project) -> Callable[[Processes, Sequence[Task]], list[Outcome]]:
    """Does tasks that sleep on running processes: `run_tasks(processes, tasks)`."""

    def run(running: Processes, tasks: Sequence[Task]) -> list[Outcome]:
        with client_of(running, project) as client:
            return list(execute(client, tasks, workers_of(client, project)))

    return run


def client_of(running: Processes, project: Project):
    """A client whose workers do work that sleeps."""
    from distributed import Client

    from auxiliary.cluster.plugin import ProjectPlugin

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    client = Client(running.address, set_as_default=False)
    client.wait_for_workers(len(running.workers))
    client.register_plugin(ProjectPlugin(project, 1, do=sleep))
    return client


def workers_of(client, project: Project) -> Workers:
    """The workers of a client, which are checked as those of a command are."""
    return Workers(client, lambda new: check_workers(client, project.paths, new))


def lines(folder: Path, name: str) -> list[str]:
    """The processes that began a work of that name."""
    file = folder / name
    return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
