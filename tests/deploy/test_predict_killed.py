"""A process that predicts into a table, killed in the middle: at once, and then as by Ctrl-C."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.forks import start_command

FILES, TIMEOUT = 2000, 120    # many enough that the process is killed in the middle; seconds


@pytest.fixture
def images(tmp_path, trained_root) -> Path:
    """A folder of many files; every hundredth is not an image."""
    folder, originals = tmp_path / "images", sorted(trained_root.images.rglob("*.png"))
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:04}.png").hardlink_to(originals[number % len(originals)])
    for number in range(99, FILES, 100):
        (folder / f"{number:04}.png").unlink()
        (folder / f"{number:04}.png").write_text("no image")
    return folder


@pytest.fixture
def start(images, trained_root, tmp_path) -> Iterator[Callable[[Path], BaseProcess]]:
    """Starts to predict the images into a table: `start(Path("out.csv"))`; what goes wrong is in `out.txt` beside it.
    """
    processes = []

    def begin(table: Path) -> BaseProcess:
        words = ["predict", images, "--run", "small", "--csv", table, "--root", trained_root.root]
        processes.append(start_command(words, Path(os.devnull), table.with_suffix(".txt"), tmp_path))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.join()


def predicted(part: Path) -> int:
    """How many batches a journal holds."""
    return part.read_bytes().count(b"\n") - 1 if part.exists() else 0


def test_a_call_that_is_killed_twice_goes_on_and_its_table_is_that_of_one_without_a_kill(start, tmp_path):
    whole, killed = tmp_path / "whole.csv", tmp_path / "killed.csv"
    part = tmp_path / "killed.csv.part"
    for number in (signal.SIGKILL, signal.SIGINT):
        process, before = start(killed), predicted(part)
        end = time.monotonic() + TIMEOUT
        while predicted(part) < before + 3:
            assert process.is_alive() and time.monotonic() < end, said(killed)
            time.sleep(0.005)
        os.kill(process.pid, number)
        process.join(TIMEOUT)
        assert not killed.exists() and before + 3 <= predicted(part) < FILES / 32
        assert process.exitcode == (-number if number == signal.SIGKILL else 128 + number)
    killed.with_suffix(".txt").unlink()
    # In parallel, to save time.
    for process in [start(whole), start(killed)]:
        process.join(TIMEOUT)
        assert process.exitcode == 1
    for table in (whole, killed):
        assert said(table).endswith(f"error: {FILES // 100} of {FILES:,} files are not images\n")
    assert "files were predicted before" in said(killed)
    assert killed.read_bytes() == whole.read_bytes() and not part.exists()


def said(table: Path) -> str:
    return table.with_suffix(".txt").read_text(encoding="utf-8")
