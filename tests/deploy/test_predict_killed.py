"""A process that predicts into a table, killed in the middle: at once, and then as by Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from auxiliary.core.paths import REPOSITORY

FILES, TIMEOUT = 3000, 120    # many enough that the process is killed in the middle; seconds


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
def start(images, trained_root, tmp_path) -> Iterator:
    """Starts to predict the images into a table: `start(Path("out.csv"))`."""
    processes = []

    def begin(table: Path) -> subprocess.Popen:
        command = [sys.executable, "-m", "auxiliary", "predict", str(images), "--run", "small", "--csv", str(table),
                   "--root", str(trained_root.root)]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                          cwd=REPOSITORY, env=os.environ | {"TMPDIR": str(tmp_path)}))
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


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
            assert process.poll() is None and time.monotonic() < end, process.communicate()
            time.sleep(0.005)
        process.send_signal(number)
        process.communicate(timeout=TIMEOUT)
        assert not killed.exists() and before + 3 <= predicted(part) < FILES / 32
        assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    # In parallel, to save time.
    undisturbed, again = start(whole), start(killed)
    for process in (undisturbed, again):
        error = process.communicate(timeout=TIMEOUT)[1]
        assert process.returncode == 1 and error.endswith(f"error: {FILES // 100} of {FILES:,} files are not images\n")
    assert "files were predicted before" in error
    assert killed.read_bytes() == whole.read_bytes() and not part.exists()
