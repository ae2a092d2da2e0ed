"""The process that computes for a worker: TensorFlow's state, its memory and its crashes stay in it."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import asdict
from pathlib import Path
from typing import Any

from auxiliary.core.locks import UNLOCKED
from auxiliary.core.progress import PROGRESS_FILE
from auxiliary.core.progress_reader import ProgressReader
from auxiliary.core.task import State
from auxiliary.core.threads import VARIABLE
from auxiliary.core.worker import Worker, WorkerKilled, ctrl_c_blocked

# Seconds between two looks at the progress, and without work until the process ends.
INTERVAL, IDLE = 0.2, 60


class Child:
    """A process that does one thing after the other; it is started when it is needed, and ends with this one.

    Args:
        folder: gets the file of its progress.
        threads: how many threads networks are computed with.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        self._file = folder / "progress.jsonl"
        self._environment = {VARIABLE: str(threads), UNLOCKED: "1", PROGRESS_FILE: str(self._file)}
        self._worker: Worker | None = None
        self._idle: threading.Timer | None = None

    def call(self, function: Callable[..., Any], *arguments: Any, show: Callable[[State | str], None],
             wanted: Callable[[], bool]) -> Any:
        """Call a function of a module in the process, and return its result or raise its exception.

        Args:
            function: as in `Worker.call`.
            arguments: its arguments.
            show: gets every state and message of the progress.
            wanted: whether anyone still waits for the result; where nobody does, the process is killed.

        Raises:
            WorkerKilled: the process was killed.
        """
        worker, reader = self._started()
        try:
            with ThreadPoolExecutor(1) as thread:
                future = thread.submit(worker.call, function, *arguments)
                while not wait([future], INTERVAL).done:
                    self._forward(reader, show)
                    if not wanted():
                        worker.kill()
                self._forward(reader, show)
                return future.result()
        except WorkerKilled:
            self._end()
            raise
        finally:
            self._end_when_idle()

    def kill(self) -> None:
        """Kill the process, if there is one, from any thread; a `call` then raises `WorkerKilled`."""
        if worker := self._worker:
            worker.kill()

    def _end(self) -> None:
        """Kill the process and close the pipe, once nothing calls."""
        if self._worker:
            self._worker.kill()
            self._worker.close()
            self._worker = None

    def _started(self) -> tuple[Worker, ProgressReader]:
        if self._idle:
            self._idle.cancel()
        # Emptied, so that nobody is shown the progress of the task before.
        self._file.write_bytes(b"")
        if self._worker and not self._worker.alive:
            self._end()
        if not self._worker:
            with ctrl_c_blocked():
                self._worker = Worker(self._environment, quiet=True)
        return self._worker, ProgressReader(self._file)

    def _end_when_idle(self) -> None:
        """Give the memory back, that of a GPU above all, where the command that gave the work is gone."""
        self._idle = threading.Timer(IDLE, self.kill)
        self._idle.daemon = True
        self._idle.start()

    @staticmethod
    def _forward(reader: ProgressReader, show: Callable[[State | str], None]) -> None:
        """Show all messages and, of the states in between, the last one."""
        new = list(reader.new())
        for number, each in enumerate(new):
            last = number + 1 == len(new) or isinstance(new[number + 1], str)
            if isinstance(each, str) or each.event != "step" or last:
                show(each)


def as_record(shown: State | str) -> Mapping[str, Any]:
    """A state or a message as what can be sent."""
    return {"message": shown} if isinstance(shown, str) else {"state": asdict(shown)}
