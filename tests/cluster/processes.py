"""A scheduler and workers as processes of their own, on the loopback address."""

import importlib
import json
import os
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from auxiliary.core.paths import REPOSITORY
from tests.forks import FORKS, redirect

START = 60    # seconds that a process may take to start on a busy machine


class Processes:
    """A scheduler and workers below a folder; use it as a context manager.

    Attributes:
        address: of the scheduler.
        workers: the processes of the workers, in the order in which they were started.
    """

    def __init__(self, folder: Path, workers: int = 0, threads: int = 1) -> None:
        self._folder, self._threads = folder, threads
        self.scheduler, self.address = self._start_scheduler()
        self.workers = [self.add_worker() for _ in range(workers)]

    def _start_scheduler(self, port: int = 0) -> tuple[BaseProcess, str]:
        file = self._folder / "scheduler.json"
        file.unlink(missing_ok=True)
        process = self._run("dask_scheduler", "--port", str(port), "--scheduler-file", str(file))
        until = time.monotonic() + START
        while not (file.is_file() and (text := file.read_text()).endswith("}")):
            assert process.is_alive(), "the scheduler has ended"
            assert time.monotonic() < until, "the scheduler does not start"
            time.sleep(0.05)
        return process, json.loads(text)["address"]

    def add_worker(self) -> BaseProcess:
        """Start one more worker."""
        return self._run("dask_worker", self.address, "--nthreads", str(self._threads), "--no-nanny",
                         "--local-directory", str(self._folder))

    def _run(self, program: str, *arguments: str) -> BaseProcess:
        words = [*arguments, "--host", "127.0.0.1", "--no-dashboard"]
        process = FORKS.Process(target=_run, args=(program, words, self._folder))
        process.start()
        return process

    def have_workers(self, count: int) -> None:
        """Start as many workers as are missing; those that have ended no longer count."""
        living = [process for process in self.workers if process.is_alive()]
        self.workers = [*living, *(self.add_worker() for _ in range(count - len(living)))]

    def restart_scheduler(self) -> None:
        """Start a new scheduler at the address of the one that was killed."""
        self.scheduler, _ = self._start_scheduler(int(self.address.rpartition(":")[2]))

    def replace_workers(self) -> None:
        """End the workers, and start as many new ones."""
        _kill(self.workers)
        self.workers = [self.add_worker() for _ in self.workers]

    def kill_scheduler(self) -> None:
        """Kill the scheduler with SIGKILL."""
        _kill([self.scheduler])

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        _kill([*self.workers, self.scheduler])


def _run(program: str, words: Sequence[str], folder: Path) -> None:
    """What a fork does: a program of Dask's, in the folder in which its user would start it."""
    redirect(Path(os.devnull), Path(os.devnull), folder)
    os.chdir(REPOSITORY)
    importlib.import_module(f"distributed.cli.{program}").main(words)


def _kill(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        process.kill()
        process.join()
