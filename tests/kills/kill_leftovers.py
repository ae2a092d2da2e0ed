"""Checks that no temporary files of commands stay behind."""

from pathlib import Path

from kill_checks import require
from kill_process import KillableProcess


class TemporaryChecker:
    """Checks the folder of temporary files of commands that run one after the other.

    Args:
        folder: their temporary folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._left: set[str] = set()
        self._unsure: set[str] = set()

    def check(self, process: KillableProcess, killed: bool, orphans: bool = False) -> None:
        """Check that a command removed what a killed one had left before, and left nothing itself.

        Args:
            process: the command, which has ended.
            killed: whether it was killed and could not remove its own.
            orphans: whether child processes are left for a moment, which may write while the next command removes it.
        """
        there = {path.name for path in self.folder.iterdir()}
        if process.output:
            require(not there & self._left, f"{self._left} of a killed command are still in {self.folder}")
        require(killed or there <= self._unsure, f"{process.log} left {there - self._unsure} in {self.folder}")
        if orphans:
            self._unsure |= there
        self._left = there - self._unsure
