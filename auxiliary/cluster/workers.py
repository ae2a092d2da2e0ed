"""The workers of a cluster as they come and go, and which task each of them does."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from auxiliary.cluster.check_workers import Seen, scheduler_of
from auxiliary.cluster.task import Task
from auxiliary.core.errors import UserError
from auxiliary.core.progress import notify
from auxiliary.core.text import duration

if TYPE_CHECKING:
    from distributed import Client

# Dask's topic of what happens to the workers, and its name of the event that one is gone.
EVENTS, GONE = "all", "remove-worker"


class Workers:
    """Keeps account of workers.

    Args:
        client: connected to the cluster.
        check: checks some workers, and gives what each reports; raises `UserError` where one does not fit.
    """

    def __init__(self, client: "Client", check: Callable[[Collection[str]], Mapping[str, Seen]]) -> None:
        self._client, self._check = client, check
        self._scheduler = scheduler_of(client)["id"]
        self._there: dict[str, Seen] = {}
        self._refused: set[str] = set()
        # When each was first seen, in seconds; and the addresses of those that ended as they should.
        self._since: dict[str, float] = {}
        self._expected: set[str] = set()
        client.subscribe_topic(EVENTS, self._note)

    def update(self) -> dict[str, bool]:
        """See who is there; of the workers that are gone since the last time, whether that was expected.

        Raises:
            OSError: the scheduler is another one, or does not answer.
        """
        scheduler = scheduler_of(self._client)
        now = scheduler["workers"].keys()
        # A new one at the same address knows nothing of this client's tasks.
        if scheduler["id"] != self._scheduler:
            raise OSError("another scheduler has taken the place of the one that was there")
        gone = {address: address in self._expected for address in self._there.keys() - now}
        for address, expected in gone.items():
            del self._there[address]
            age, what = duration(time.monotonic() - self._since.pop(address)), "has ended" if expected else "is gone"
            notify(f"the worker {address} {what} after {age}: what it did goes to another one")
        self._add(now - self._there.keys() - self._refused)
        return gone

    def _add(self, new: Collection[str]) -> None:
        if not new:
            return
        try:
            found = self._check(new)
        except UserError as error:
            if not self._there:
                raise
            # Others go on; this one does nothing.
            notify(f"{error}")
            self._refused.update(new)
            return
        self._there |= found
        self._since |= dict.fromkeys(found, time.monotonic())

    def fitting(self, task: Task, busy: Collection[str]) -> str | None:
        """The address of a worker that can do a task now; None where there is none."""
        gpus = any(seen.gpu for seen in self._there.values())
        return next((address for address, seen in self._there.items()
                     if address not in busy and task.memory <= seen.memory and (seen.gpu or not gpus)), None)

    @property
    def memory(self) -> float:
        """Bytes of the largest worker."""
        return max((seen.memory for seen in self._there.values()), default=0.0)

    def _note(self, event: tuple[float, Any]) -> None:
        _, what = event
        if isinstance(what, dict) and what.get("action") == GONE and what.get("expected"):
            self._expected.add(what["worker"])
