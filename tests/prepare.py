"""What notebook 01 does, without its figures; as a program it can fail, be killed, or wait, before tables are written.

    python -m tests.prepare PROFILE ROOT IMAGE_SIZE fail|die|wait
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from auxiliary.data.catalogue import catalogue
from auxiliary.data.clean import clean_table
from auxiliary.data.duplicates import add_duplicate_groups
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.splitting.class_sizes import check_split, drop_small_classes
from auxiliary.data.splitting.split import split
from auxiliary.data.splitting.split_files import write_splits
from auxiliary.project.open import open_project
from auxiliary.project.project import Project
from tests.tiny import with_tiny


def prepare(project: Project, before_tables: Callable[[], object] = lambda: None) -> Project:
    """Process a project's own images and split them; the same project."""
    raw, images, rule = project.paths.raw, project.paths.images, project.profile.split
    overview = catalogue(raw)
    check_split(overview, project.profile)
    overview = drop_small_classes(
        preprocess_images(overview, raw, images, project.paths.image_size), project.profile)
    before_tables()
    clean = add_duplicate_groups(clean_table(overview, raw, images))
    write_splits(split(clean, rule.fractions, rule.random_state, rule.by), rule, project.paths)
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
