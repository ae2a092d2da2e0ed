"""What a worker of the cluster has besides Dask: the project, and a process that computes."""

import time
import traceback
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from distributed import WorkerPlugin, get_worker

from auxiliary.cluster.child import Child, as_record
from auxiliary.cluster.task import PLUGIN, TOPIC, Outcome, Task
from auxiliary.cluster.work import do
from auxiliary.core.errors import UserError
from auxiliary.core.parallel import Processes
from auxiliary.core.worker import WorkerKilled
from auxiliary.project.project import Project

if TYPE_CHECKING:
    from distributed import Worker

PART = 32    # images that a process takes at a time


class ProjectPlugin(WorkerPlugin):
    """Runs the tasks of a project on a worker, also on one that joins later.

    Args:
        project: the opened profile, without its tables.
        threads: how many threads networks are computed with; None for as many as the worker has.
        stage: a folder of each machine for copies of the images; None to read them in place.
        do: does the work of a task.
    """

    name = PLUGIN

    def __init__(self, project: Project, threads: int | None, stage: Path | None = None,
                 do: Callable[[Any, Project, Path | None], str] = do) -> None:
        self._project, self._threads, self._stage, self._do = project, threads, stage, do

    def setup(self, worker: "Worker") -> None:
        """Begin; Dask calls this on every worker, also on one that joins later."""
        self._worker = worker
        self._child = Child(Path(worker.local_directory), self._threads or worker.state.nthreads)
        # A worker with several threads would work on as many batches at once, each in several processes.
        self.turn = Lock()

    def teardown(self, worker: "Worker") -> None:    # noqa: ARG002
        """End the process that computes, whatever it does; Dask calls this when the worker ends."""
        self._child.kill()

    def run(self, task: Task) -> Outcome:
        """Do a task; a mistake that its user can mend is an outcome.

        Raises:
            WorkerKilled: the process was killed: Dask tries again.
        """
        key, began = get_worker().get_current_task(), time.time()
        status, reason = "done", ""
        try:
            reason = self._child.call(
                self._do, task.work, self._project, self._stage, show=lambda shown: self._show(task, shown),
                wanted=lambda: self._is_wanted(key))
            status = "diverged" if reason else "done"
        except UserError as error:
            status, reason = "failed", str(error)
        except WorkerKilled:
            raise
        except Exception as error:    # whatever it is, the other tasks go on
            traceback.print_exc()
            status, reason = "failed", f"{type(error).__name__}: {error}"
        return Outcome(task.name, status, reason, self._worker.address, began, time.time())

    def _show(self, task: Task, shown: Any) -> None:
        self._worker.log_event(TOPIC, {"task": task.name, "worker": self._worker.address, **as_record(shown)})

    def _is_wanted(self, key: str) -> bool:
        state = self._worker.state.tasks.get(key)
        return state is not None and state.state not in ("cancelled", "released", "forgotten")


def run_task(task: Task) -> Outcome:
    """Do a task on the worker that this is called on."""
    return get_worker().plugins[PLUGIN].run(task)


def run_batch(work: Callable[[Sequence[Any]], list[Any]], batch: Sequence[Any]) -> list[Any]:
    """Do a batch of preparing in as many processes as the worker has threads, one of them alone in the worker itself.

    Args:
        work: as in `auxiliary.core.parallel.Pool`.
        batch: its argument.
    """
    worker, parts = get_worker(), [batch[start:start + PART] for start in range(0, len(batch), PART)]
    with worker.plugins[PLUGIN].turn:
        return list(chain.from_iterable(Processes(worker.state.nthreads).map(work, parts)))
