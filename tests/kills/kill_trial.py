"""One root in which the command is killed again and again until it ends by itself."""

import random
import signal
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from kill_checks import RootChecker, finished_epochs, require, runs_in
from kill_leftovers import TemporaryChecker
from kill_others import Others
from kill_process import KillableProcess

from auxiliary.commands.interruption import ADVICE, REASONS

ALL, COMMAND, KERNEL = "everything", "the command alone", "the kernel alone"
SIGNALS = {"SIGTERM": signal.SIGTERM, "SIGHUP": signal.SIGHUP}
WAYS = (ALL, COMMAND, KERNEL, *SIGNALS), (2, 1, 1, 1, 1)    # and their relative frequencies
EPOCHS = 15    # a kill comes after so many at most; all experiments have about 60


@dataclass
class Kills:
    """The number of kills wanted, and the way of each kill so far."""

    wanted: int
    random: random.Random
    ways: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        """The number of kills so far."""
        return len(self.ways)


def command(profile: Path, root: Path) -> list[object]:
    """The command that is killed, as arguments of Python."""
    return ["-m", "auxiliary", "run", profile, "--root", root]


class Trial:
    """A root in which the command is started, killed and started again until it ends.

    Args:
        profile: the profile that is run.
        root: the root of its results.
        reference: the root of a run without kills.
        whole: the seconds that the command took without kills.
        kills: the kills so far, of all trials.
    """

    def __init__(self, profile: Path, root: Path, reference: Path, whole: float, kills: Kills) -> None:
        self._profile, self._root, self._reference = profile, root, reference
        self._whole, self._kills = whole, kills
        self._checker, self._temporary = RootChecker(root), TemporaryChecker(root.with_name(f"{root.name}-t"))
        self._others = Others(profile, root, kills.random)
        self._orphans: list[psutil.Process] = []
        # A command that takes more seconds hangs.
        self._limit = 120 + 10 * whole

    def run(self) -> None:
        """Kill until the command ends by itself or there were enough kills; then check the results."""
        starts = 0
        while self._is_killed(self._log(starts)):
            self._checker.check()
            starts += 1
        if self._others.resized:
            process = self._start(self._log(starts + 1))
            self._finish(process)
        self._checker.compare(self._reference)
        _, alive = psutil.wait_procs(self._orphans, timeout=30)
        require(not alive, f"{alive} are still running after the command that started them")

    def _log(self, number: int) -> Path:
        return self._root.with_name(f"{self._root.name}-{number}.log")

    def _start(self, log: Path) -> KillableProcess:
        return KillableProcess(command(self._profile, self._root), log, self._temporary.folder)

    def _is_killed(self, log: Path) -> bool:
        """Start the command, sometimes another one beside it; whether it was killed and has to be started again."""
        process, other = self._start(log), self._others.begin()
        try:
            if other and not other.export:
                # At once: it is over before the command is killed.
                self._others.finish(other)
                other = None
            killed = self._kills.done < self._kills.wanted and self._killed(process)
            if not killed:
                self._finish(process)
        finally:
            process.kill_everything()
            if other:
                self._others.finish(other)
        return killed

    def _finish(self, process: KillableProcess) -> None:
        """Wait until a command ends by itself."""
        try:
            require(process.wait(self._limit), f"the command hangs, see {process.log}")
        finally:
            process.kill_everything()
        require(process.returncode == 0 and "Traceback" not in process.output, f"it failed:\n{process.output}")
        self._temporary.check(process, killed=False)

    def _killed(self, process: KillableProcess) -> bool:
        """Kill at a random moment in a random way, unless the command ends earlier; whether something was killed."""
        chance = self._kills.random
        way, pause = chance.choices(*WAYS)[0], chance.uniform(0, 3)
        if self._ends_before(process, chance):
            return False
        if way == KERNEL:
            process.wait(60, until=process.kernels)
        seconds, line, orphans = process.seconds, process.last_line, []
        if way == KERNEL and not process.kill_kernel():
            return False
        if way == COMMAND:
            orphans = process.kill_alone()
        if way == ALL:
            process.kill_everything()
        if way in SIGNALS:
            orphans = process.ask_to_end(SIGNALS[way])
        self._print(way, f"after {seconds:5.1f} s, at {line!r}")
        if way == KERNEL and not self._has_noticed(process):
            return False
        if way in SIGNALS and not self._has_ended(process, SIGNALS[way], orphans):
            return False
        # Child processes that are left may run for a moment, also while the next command starts.
        _, alive = psutil.wait_procs(orphans, timeout=pause)
        self._temporary.check(process, killed=way in (ALL, COMMAND), orphans=bool(alive))
        self._orphans += alive
        return True

    def _ends_before(self, process: KillableProcess, chance: random.Random) -> bool:
        """Wait for a random moment; whether the command ended before it."""
        # The less work is left, the more likely the command ends by itself.
        seconds, epochs = chance.uniform(0, self._whole), chance.randint(1, EPOCHS)
        if chance.random() < 0.5:
            return process.wait(seconds)
        # Imports, evaluation and figures take much of the time: half of the kills come during training.
        trained = sum(finished_epochs(self._root).values())
        process.wait(self._limit, until=lambda: sum(finished_epochs(self._root).values()) >= trained + epochs)
        return process.wait(chance.uniform(0, 1))

    def _has_noticed(self, process: KillableProcess) -> bool:
        """Whether the command ended with an error after its kernel was killed; the kernel may have been finished."""
        require(process.wait(self._limit), f"the command does not notice that its kernel was killed, see {process.log}")
        if process.returncode == 0:
            return False
        require(process.returncode == 1 and "\nerror: the kernel that ran" in process.output
                 and "Traceback" not in process.output, f"no clear error when a kernel is killed:\n{process.output}")
        return True

    def _has_ended(self, process: KillableProcess, number: signal.Signals, children: list[psutil.Process]) -> bool:
        """Whether the command ended because of a signal; it may have finished before."""
        require(process.wait(60), f"the command does not end on {number.name}, see {process.log}")
        if process.returncode == 0:
            return False
        require(process.returncode == 128 + number and process.last_line == f"{REASONS[number]}; {ADVICE}",
                f"status {process.returncode} after {number.name}:\n{process.output}")
        _, alive = psutil.wait_procs(children, timeout=10)
        require(not alive, f"{alive} are still running after {number.name}")
        return True

    def _print(self, way: str, moment: str) -> None:
        self._kills.ways.append(way)
        epochs = finished_epochs(self._root)
        counts = ", ".join(f"{run.id.rpartition('-')[0]} {'finished' if run.finished else epochs.get(run.id, 0)}"
                         for run in runs_in(self._root))
        print(f"{self._kills.done:2}  {self._root.name}: {way}, {moment}; epochs: {counts or 'none'}", flush=True)
