"""A project whose images are prepared; as a program it can fail, be killed, or wait, before tables are written.

    python -m tests.prepare PROFILE ROOT IMAGE_SIZE fail|die|wait
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from auxiliary.project import prepare as preparing
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from tests.tiny import with_tiny


def prepare(project: Project, before_tables: Callable[[], object] = lambda: None) -> Project:
    """Process a project's own images and split them; the same project."""
    drop_small_classes = preparing.drop_small_classes

    def interrupted(*arguments):
        before_tables()
        return drop_small_classes(*arguments)

    with patch.object(preparing, "drop_small_classes", interrupted):
        preparing.prepare(project)
    return project


def _fail() -> None:
    sys.exit("it fails")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _wait() -> None:
    print("waiting", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    profile, root, size, way = sys.argv[1:]
    with with_tiny():
        opened = open_project(profile, overrides={"image_size": int(size)}, root=Path(root))
    prepare(opened, {"fail": _fail, "die": _die, "wait": _wait}[way])
