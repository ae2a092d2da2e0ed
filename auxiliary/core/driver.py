"""The NVIDIA GPUs that the driver shows, whether TensorFlow can use them or not."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROC, QUERY = Path("/proc/driver/nvidia"), ("--query-gpu=name,driver_version", "--format=csv,noheader")
SECONDS = 30    # that the driver's own program may take; without a running daemon it wakes every GPU


@dataclass(frozen=True)
class Driver:
    """The driver and its GPUs.

    Attributes:
        version: such as `580.65.06`; empty where it is unknown.
        gpus: the name of each GPU, at least one.
    """

    version: str
    gpus: tuple[str, ...]


def find_driver(proc: Path = PROC) -> Driver | None:
    """The driver and its GPUs; None where it shows none. TensorFlow is not loaded.

    Args:
        proc: the folder in which Linux's driver describes itself. WSL and Windows have none; there `nvidia-smi` is
            asked.
    """
    gpus = [_value(file, "Model") for file in sorted(proc.glob("gpus/*/information"))]
    if gpus:
        return Driver(_kernel_version(proc / "version"), tuple(gpus))
    lines = [line.rpartition(", ") for line in _ask_program().splitlines()]
    return Driver(lines[0][2], tuple(name for name, _, _ in lines)) if lines else None


def _value(file: Path, name: str) -> str:
    """What a file of the kernel says after a name and a colon."""
    lines = (line.partition(":") for line in file.read_text(encoding="utf-8", errors="replace").splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "an NVIDIA GPU")


def _kernel_version(file: Path) -> str:
    """The version in a line such as `NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug …`."""
    if not file.is_file():
        return ""
    words = file.read_text(encoding="utf-8", errors="replace").partition("\n")[0].split()
    return next((word for word in words if word.replace(".", "").isdecimal() and "." in word), "")


def _ask_program() -> str:
    """What `nvidia-smi` prints, one line per GPU; empty where it is missing, fails or does not answer."""
    if not (program := shutil.which("nvidia-smi")):
        return ""
    try:
        done = subprocess.run([program, *QUERY], capture_output=True, text=True, timeout=SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
