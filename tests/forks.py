"""Processes forked from one that has loaded TensorFlow, which takes six seconds, and Dask, which takes two."""

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
# Imported, but not used before the fork, which threads would not survive. What is not installed is left out.
FORKS.set_forkserver_preload(["auxiliary.training.trainer", "distributed.cli.dask_scheduler",
                              "distributed.cli.dask_worker", "auxiliary.cluster.plugin"])


def start_command(words: Sequence[object], output: Path, errors: Path, temporary: Path) -> BaseProcess:
    """Start `python -m auxiliary` in a fork.

    Args:
        words: its arguments.
        output: the file that its standard output is written to.
        errors: the file that its standard error is written to; it may be the same.
        temporary: the folder of its temporary files.
    """
    process = FORKS.Process(target=_command, args=([str(word) for word in words], output, errors, temporary))
    process.start()
    return process


def redirect(output: Path, errors: Path, temporary: Path) -> None:
    """Write what a fork prints to files, which may be one, and its temporary files to a folder."""
    for number, path in ((1, output), (2, errors)):
        with path.open("a", encoding="utf-8") as file:
            os.dup2(file.fileno(), number)
    sys.stdout.reconfigure(line_buffering=True)
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)


def _command(words: Sequence[str], output: Path, errors: Path, temporary: Path) -> None:
    from auxiliary.__main__ import main

    redirect(output, errors, temporary)
    sys.argv[1:] = words
    main()
