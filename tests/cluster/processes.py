"""A scheduler and workers as processes of their own, on the loopback address."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from auxiliary.core.paths import REPOSITORY

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

    def _start_scheduler(self, port: int = 0) -> tuple[subprocess.Popen, str]:
        file = self._folder / "scheduler.json"
        file.unlink(missing_ok=True)
        process = _run("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard",
                       "--scheduler-file", str(file))
        until = time.monotonic() + START
        while not (file.is_file() and (text := file.read_text()).endswith("}")):
            assert process.poll() is None, "the scheduler has ended"
            assert time.monotonic() < until, "the scheduler does not start"
            time.sleep(0.05)
        return process, json.loads(text)["address"]

    def add_worker(self, folder: Path = REPOSITORY) -> subprocess.Popen:
        """Start one more worker, in a folder."""
        return _run("distributed.cli.dask_worker", self.address, "--nthreads", str(self._threads), "--no-nanny",
                    "--no-dashboard", "--host", "127.0.0.1", "--local-directory", str(self._folder), cwd=folder)

    def have_workers(self, count: int) -> None:
        """Start as many workers as are missing; those that have ended no longer count."""
        living = [process for process in self.workers if process.poll() is None]
        self.workers = [*living, *(self.add_worker() for _ in range(count - len(living)))]

    def restart_scheduler(self) -> None:
        """Start a new scheduler at the address of the one that was killed."""
        self.scheduler, _ = self._start_scheduler(int(self.address.rpartition(":")[2]))

    def replace_workers(self) -> None:
        """End the workers, and start as many new ones."""
        for process in self.workers:
            process.kill()
            process.wait()
        self.workers = [self.add_worker() for _ in self.workers]

    def kill_scheduler(self) -> None:
        """Kill the scheduler with SIGKILL."""
        self.scheduler.kill()
        self.scheduler.wait()

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self.workers, self.scheduler):
            process.send_signal(signal.SIGKILL)
            process.wait()


def _run(module: str, *arguments: str, cwd: Path = REPOSITORY) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=cwd, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
