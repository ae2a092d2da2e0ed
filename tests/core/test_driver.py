"""What the NVIDIA driver shows; with stand-ins for its files and its program."""

import pytest

from auxiliary.core.driver import Driver, find_driver

CLOSED = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\nGCC version: 12.3\n"
OPEN = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (root@host)\n"
INFORMATION = "Model: \t\t {}\nIRQ:   \t\t 42\nGPU UUID: \t GPU-1\n"


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a program `nvidia-smi` of some shell code on the path, and nothing else."""
    def program(code: str) -> None:
        file = tmp_path / "bin" / "nvidia-smi"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{code}\n", encoding="utf-8")
        file.chmod(0o755)

    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return program


@pytest.fixture
def proc(tmp_path):
    """Writes the files of a kernel module, with one GPU per name."""
    def proc(version: str, *names: str):
        folder = tmp_path / "nvidia"
        folder.mkdir()
        (folder / "version").write_text(version, encoding="utf-8")
        for number, name in enumerate(names):
            place = folder / "gpus" / f"0000:0{number}:00.0"
            place.mkdir(parents=True)
            (place / "information").write_text(INFORMATION.format(name), encoding="utf-8")
        return folder

    return proc


@pytest.mark.parametrize(("text", "version"), [(CLOSED, "535.104.05"), (OPEN, "580.65.06"), ("", "")])
def test_the_files_of_the_kernel_are_read(proc, text, version):
    assert find_driver(proc(text, "NVIDIA H200", "Tesla T4")) == Driver(version, ("NVIDIA H200", "Tesla T4"))


def test_a_gpu_without_a_name_counts(proc):
    folder = proc(OPEN, "Tesla T4")
    next(folder.glob("gpus/*/information")).write_text("IRQ: 1\n", encoding="utf-8")
    assert find_driver(folder).gpus == ("an NVIDIA GPU",)


def test_without_these_files_the_program_is_asked(tmp_path, program):
    program("echo 'NVIDIA GeForce RTX 3060, 551.23'; echo 'Tesla T4, 551.23'")
    assert find_driver(tmp_path) == Driver("551.23", ("NVIDIA GeForce RTX 3060", "Tesla T4"))


@pytest.mark.parametrize("code", ["echo 'NVIDIA-SMI has failed'; exit 9", "exit 0", "kill -9 $$"])
def test_a_program_that_fails_shows_none(tmp_path, program, code):
    program(code)
    assert find_driver(tmp_path) is None


def test_without_the_program_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_driver(tmp_path) is None
