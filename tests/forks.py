"""Processes forked from one that has loaded TensorFlow: its import takes six seconds."""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
# Imported, but not used before the fork, which threads would not survive.
FORKS.set_forkserver_preload(["auxiliary.training.trainer"])


def start_command(words: Sequence[object], errors: Path, temporary: Path) -> BaseProcess:
    """Start `python -m auxiliary` in a fork.

    Args:
        words: its arguments.
        errors: the file that its standard error is written to; its standard output is not kept.
        temporary: the folder of its temporary files.
    """
    process = FORKS.Process(target=_command, args=([str(word) for word in words], errors, temporary))
    process.start()
    return process


def redirect(output: Path, errors: Path, temporary: Path) -> None:
    """Write what a fork prints to files, which may be one, and its temporary files to a folder."""
    for number, path in ((1, output), (2, errors)):
        with path.open("a", encoding="utf-8") as file:
            os.dup2(file.fileno(), number)
    sys.stdout.reconfigure(line_buffering=True)
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)


def _command(words: Sequence[str], errors: Path, temporary: Path) -> None:
    from auxiliary.__main__ import main

    redirect(Path(os.devnull), errors, temporary)
    sys.argv[1:] = words
    main()
