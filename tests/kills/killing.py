"""Starts processes and kills them for good, as a system that is short of memory does."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from auxiliary.core.paths import REPOSITORY

# What a killed process cannot remove: the folder of its kernel's sockets, which this names.
SOCKETS = "JUPYTER_RUNTIME_DIR"


class Victim:
    """A Python process that is there to be killed, in one of several ways.

    Args:
        arguments: of Python.
        log: the file that gets all it says.
    """

    def __init__(self, arguments: Sequence[object], log: Path) -> None:
        self.log = log
        # A table that is broken over several lines is hard to read in a log.
        environment = os.environ | {"COLUMNS": "120", "PYTHONUNBUFFERED": "1"}
        with log.open("w", encoding="utf-8") as file:
            self.process = psutil.Popen([sys.executable, *map(str, arguments)], cwd=REPOSITORY, env=environment,
                                        stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
        self.began = time.monotonic()

    @property
    def said(self) -> str:
        """All that it said."""
        return self.log.read_text(encoding="utf-8")

    @property
    def at(self) -> str:
        """The last line that it said; "" where it said nothing yet."""
        return (self.said.strip().splitlines() or [""])[-1].strip()

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self.began

    def ended(self) -> bool:
        """Whether it is gone."""
        return self.process.poll() is not None

    def wait(self, seconds: float, until: Callable[[], object] = lambda: False) -> bool:
        """Wait for its end, or until something is the case, so many seconds at most; say whether either came."""
        last = time.monotonic() + seconds
        while not self.ended() and not until():
            if time.monotonic() > last:
                return False
            time.sleep(0.02)
        return True

    def kernels(self) -> list[psutil.Process]:
        """The notebook kernels that it runs, one at most."""
        return [child for child in self._children() if "ipykernel_launcher" in _command_line(child)]

    def kill_everything(self) -> None:
        """Kill it and all that it started, itself first, lest it start more."""
        children = self._children()
        self._kill([self.process, *children])

    def kill_alone(self) -> list[psutil.Process]:
        """Kill nothing but it, and give those that it leaves behind."""
        children = self._children()
        self._kill([self.process])
        return children

    def kill_kernel(self) -> bool:
        """Kill nothing but its kernel; say whether there was one."""
        kernels = self.kernels()
        self._kill(kernels)
        return bool(kernels)

    def _children(self) -> list[psutil.Process]:
        try:
            children = self.process.children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        # Python's own cleaners end by themselves, once they have removed what the others left in the system.
        return [child for child in children if "resource_tracker" not in _command_line(child)]

    def _kill(self, processes: Sequence[psutil.Process]) -> None:
        folders = {_environment(kernel).get(SOCKETS) for kernel in self.kernels()} - {None}
        for process in processes:
            with suppress(psutil.NoSuchProcess):    # it may have ended this very moment
                process.kill()
        psutil.wait_procs(processes, timeout=30)
        if self.process in processes:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _environment(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}
