"""Work for tests of the cluster: it sleeps, and can fail."""

import os
import time
from typing import NamedTuple

from auxiliary.core.errors import UserError
from auxiliary.core.progress import Progress, notify
from auxiliary.project.project import Project


class Sleep(NamedTuple):
    """Work that sleeps.

    Attributes:
        name: of its file below the root, which gets a line with the process that does it, each time it begins.
        seconds: how long.
        ending: how it ends: `done`, `diverged`, `mistake` (an error for the user), `bug` (another one) or `killed`.
    """

    name: str
    seconds: float = 0.0
    ending: str = "done"


def sleep(work: Sleep, project: Project, stage: None = None) -> str:
    """Do the work, in ten steps."""
    with (project.paths.root / work.name).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    notify(f"{work.name} begins")
    with Progress(work.name, 10, "epoch") as progress:
        for step in range(10):
            time.sleep(work.seconds / 10)
            progress.advance(note=f"accuracy 0.{step}")
    if work.ending == "mistake":
        raise UserError("there is no file of weights")
    if work.ending == "bug":
        raise ZeroDivisionError("a bug")
    if work.ending == "killed":
        os.kill(os.getpid(), 9)
    return "in epoch 1 of 2" if work.ending == "diverged" else ""
