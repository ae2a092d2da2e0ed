"""Python processes that are started and killed with SIGKILL, as a system without free memory does, or asked to end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from auxiliary.core.paths import REPOSITORY


class KillableProcess:
    """A Python process that can be killed in several ways.

    Args:
        arguments: arguments of Python.
        log: the file that its output is written to.
        temporary: the folder of its temporary files.
    """

    def __init__(self, arguments: Sequence[object], log: Path, temporary: Path) -> None:
        self.log = log
        temporary.mkdir(exist_ok=True)
        # Wide enough that tables in the log are not folded.
        environment = os.environ | {"COLUMNS": "120", "PYTHONUNBUFFERED": "1", "TMPDIR": str(temporary)}
        with log.open("w", encoding="utf-8") as file:
            self.process = psutil.Popen([sys.executable, *map(str, arguments)], cwd=REPOSITORY, env=environment,
                                        stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
        self.began = time.monotonic()

    @property
    def output(self) -> str:
        """All that it has printed."""
        return self.log.read_text(encoding="utf-8")

    @property
    def last_line(self) -> str:
        """The last line that it has printed; empty if there is none."""
        return (self.output.strip().splitlines() or [""])[-1].strip()

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self.began

    @property
    def returncode(self) -> int | None:
        """Its exit status; None while it runs."""
        return self.process.returncode

    def ended(self) -> bool:
        """Whether it has ended."""
        return self.process.poll() is not None

    def wait(self, seconds: float, until: Callable[[], object] = lambda: False) -> bool:
        """Wait for its end or a condition, so many seconds at most; whether one of the two came."""
        last = time.monotonic() + seconds
        while not self.ended() and not until():
            if time.monotonic() > last:
                return False
            time.sleep(0.02)
        return True

    def kernels(self) -> list[psutil.Process]:
        """Its notebook kernels: that of the running notebook, and that of the next one."""
        return [child for child in self._children() if "ipykernel_launcher" in _command_line(child)]

    def kill_everything(self) -> None:
        """Kill it and all its child processes, itself first, so that it starts no more."""
        children = self._children()
        _kill([self.process, *children])

    def kill_alone(self) -> list[psutil.Process]:
        """Kill only this process; return the child processes that are left."""
        children = self._children()
        _kill([self.process])
        return children

    def kill_kernel(self) -> bool:
        """Kill only its kernels; whether there was one."""
        kernels = self.kernels()
        _kill(kernels)
        return bool(kernels)

    def ask_to_end(self, number: signal.Signals) -> list[psutil.Process]:
        """Send it a signal; return the child processes that it has then."""
        children = self._children()
        self.process.send_signal(number)
        return children

    def _children(self) -> list[psutil.Process]:
        try:
            return self.process.children(recursive=True)
        except psutil.NoSuchProcess:
            return []


def _kill(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):    # it may have just ended
            process.kill()
    psutil.wait_procs(processes, timeout=30)


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
