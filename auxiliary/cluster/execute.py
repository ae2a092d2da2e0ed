"""Does a graph of tasks on the workers of a cluster, and gives their outcomes as they come."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from auxiliary.cluster.running import LOST, Running
from auxiliary.cluster.task import Outcome, Task
from auxiliary.cluster.workers import Workers
from auxiliary.core.errors import UserError
from auxiliary.core.text import format_bytes

if TYPE_CHECKING:
    from distributed import Client


def execute(client: "Client", tasks: Sequence[Task], workers: Workers) -> Iterator[Outcome]:
    """Do tasks on the workers, each as soon as those are done that it needs and a worker is free.

    Dask would divide all of them among the workers at once, and let some of these wait for work while others queue.

    Args:
        client: connected to the cluster, whose workers have the plugin.
        tasks: what a task needs stands before it.
        workers: those of the cluster.

    Yields:
        How each task ended, in the order in which they end.

    Raises:
        UserError: the scheduler is lost, or no worker has the memory for a task.
    """
    left = _seconds_left(tasks)
    # The longest chain first.
    waiting = {task.name: task for task in sorted(tasks, key=lambda task: -left[task.name])}
    ended: dict[str, Outcome] = {}
    given: list[Outcome] = []
    running = Running(client)
    _update(workers)
    _check_memory(tasks, workers)
    try:
        while waiting or running.tasks:
            new = _skipped(waiting, ended)
            for outcome in new:
                del waiting[outcome.name]
                ended[outcome.name] = outcome
            _submit_ready(waiting, ended, workers, running)
            # Before new outcomes are given, whose reader may take a while, workers have got new tasks.
            yield from given + new
            given = list(running.ended())
            lost = [back for address, expected in _update(workers).items() for back in running.lost(address, expected)]
            waiting = {back.name: back for back in lost if isinstance(back, Task)} | waiting
            given += [back for back in lost if isinstance(back, Outcome)]
            given += running.cancelled()
            ended |= {outcome.name: outcome for outcome in given}
        yield from given
    finally:
        running.cancel()


def _submit_ready(waiting: dict[str, Task], ended: Mapping[str, Outcome], workers: Workers, running: Running) -> None:
    """Give each task that has all that it needs to a free worker that fits; the first of them first."""
    for task in list(waiting.values()):
        ready = all(name in ended for name in task.needs)
        if ready and (worker := workers.fitting(task, running.busy)):
            running.submit(waiting.pop(task.name), worker)


def _update(workers: Workers) -> dict[str, bool]:
    """As `Workers.update`; a lost scheduler is an error."""
    try:
        return workers.update()
    except (OSError, ValueError) as error:    # what Dask raises for a connection that is gone differs
        raise UserError(LOST) from error


def _skipped(waiting: Mapping[str, Task], ended: Mapping[str, Outcome]) -> list[Outcome]:
    """The outcomes of tasks that need one that has failed, diverged, or was skipped; parents stand before children."""
    skipped: dict[str, Outcome] = {}
    for task in waiting.values():
        needed = [outcome for name in task.needs if (outcome := ended.get(name) or skipped.get(name))]
        if bad := next((outcome for outcome in needed if outcome.status != "done"), None):
            how = {"failed": "has failed", "skipped": "is left out", "diverged": f"diverged {bad.reason}"}[bad.status]
            skipped[task.name] = Outcome(task.name, "skipped", f"{bad.name}, which it needs, {how}")
    return list(skipped.values())


def _seconds_left(tasks: Sequence[Task]) -> dict[str, float]:
    """How long it takes from the beginning of each task to the end of the longest chain behind it."""
    behind: dict[str, float] = {}
    for task in reversed(tasks):
        left = task.seconds + behind.get(task.name, 0.0)
        behind[task.name] = left
        for needed in task.needs:
            behind[needed] = max(behind.get(needed, 0.0), left)
    return behind


def _check_memory(tasks: Sequence[Task], workers: Workers) -> None:
    """Check that some worker has the memory for each task: it would wait for one without end."""
    for task in tasks:
        if task.memory > workers.memory:
            raise UserError(f"{task.name} takes about {format_bytes(task.memory)} of memory, and the largest worker "
                            f"has {format_bytes(workers.memory)}: choose a smaller batch_size or image_size, or larger "
                            "workers")
