"""A root in which the command is killed again and again until it comes to its end."""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from killing import Victim
from surviving import Witness, progress, promised, runs_in

ALL, COMMAND, KERNEL = "everything", "the command alone", "the kernel alone"
WAYS = (ALL, COMMAND, KERNEL), (2, 1, 1)    # and how often, relative to one another
EPOCHS = 15    # of the about 60 of all rows: after so many at most


@dataclass
class Kills:
    """Random kills: how many there are to be, and how each of those so far was done."""

    wanted: int
    random: random.Random
    ways: list[str] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many there were."""
        return len(self.ways)


def command(profile: Path, root: Path) -> list[object]:
    """The command that is killed, as arguments of Python."""
    return ["-m", "auxiliary", "run", profile, "--root", root]


class Trial:
    """A root in which the command is started, killed and started again until it ends.

    Args:
        profile: what is run.
        root: where.
        reference: the root in which nothing was killed.
        whole: the seconds that the command took there.
        kills: how many there were, and are to be.
    """

    def __init__(self, profile: Path, root: Path, reference: Path, whole: float, kills: Kills) -> None:
        self._profile, self._root, self._reference = profile, root, reference
        self._whole, self._kills = whole, kills
        self._witness = Witness(root)
        self._orphans: list[psutil.Process] = []
        # Beyond it a command hangs.
        self._limit = 120 + 10 * whole

    def run(self) -> None:
        """Kill until the command ends by itself or there were enough kills; then look at what came out."""
        starts = 0
        while self._is_killed(self._root.with_name(f"{self._root.name}-{starts}.log")):
            self._witness.look()
            starts += 1
        self._witness.compare(self._reference)
        _, alive = psutil.wait_procs(self._orphans, timeout=30)
        promised(not alive, f"{alive} outlived the command that had started them")

    def _is_killed(self, log: Path) -> bool:
        """Start the command; say whether it was killed, and has to be started again."""
        victim = Victim(command(self._profile, self._root), log)
        try:
            if self._kills.done < self._kills.wanted and self._killed(victim):
                return True
            promised(victim.wait(self._limit), f"the command hangs, see {log}")
        finally:
            victim.kill_everything()
        promised(victim.process.returncode == 0 and "Traceback" not in victim.said, f"it failed:\n{victim.said}")
        return False

    def _killed(self, victim: Victim) -> bool:
        """Kill at a random moment in a random way, unless all is done by then; say whether something was killed."""
        chance = self._kills.random
        way, pause = chance.choices(*WAYS)[0], chance.uniform(0, 3)
        if self._ends_before(victim, chance):
            return False
        if way == KERNEL:
            victim.wait(60, until=victim.kernels)
        moment, at = victim.seconds, victim.at
        if way == KERNEL and not victim.kill_kernel():
            return False
        if way == COMMAND:
            self._orphans += victim.kill_alone()
        if way == ALL:
            victim.kill_everything()
        self._tell(way, f"after {moment:5.1f} s, at {at!r}")
        if way == KERNEL:
            return self._has_noticed(victim)
        # What a command leaves behind may live for a moment, and meet what is started next.
        time.sleep(pause)
        return True

    def _ends_before(self, victim: Victim, chance: random.Random) -> bool:
        """Wait for a random moment; say whether the command ended before it came."""
        # The less is left to do, the likelier that a start comes to its end.
        seconds, epochs = chance.uniform(0, self._whole), chance.randint(1, EPOCHS)
        if chance.random() < 0.5:
            return victim.wait(seconds)
        # Much of the time goes into imports, evaluation and figures: as many kills are to fall into epochs.
        trained = sum(progress(self._root).values())
        victim.wait(self._limit, until=lambda: sum(progress(self._root).values()) >= trained + epochs)
        return victim.wait(chance.uniform(0, 1))

    def _has_noticed(self, victim: Victim) -> bool:
        """Whether a command ended with an error when its kernel was killed; the kernel may have done its work."""
        promised(victim.wait(self._limit), f"the command does not notice that its kernel is gone, see {victim.log}")
        if victim.process.returncode == 0:
            return False
        promised(victim.process.returncode == 1 and "\nerror: the kernel that ran" in victim.said
                 and "Traceback" not in victim.said, f"no clear error when a kernel is killed:\n{victim.said}")
        return True

    def _tell(self, way: str, moment: str) -> None:
        self._kills.ways.append(way)
        epochs = progress(self._root)
        come = ", ".join(f"{run.id.rpartition('-')[0]} {'finished' if run.finished else epochs.get(run.id, 0)}"
                         for run in runs_in(self._root))
        print(f"{self._kills.done:2}  {self._root.name}: {way}, {moment}; epochs: {come or 'none'}", flush=True)
