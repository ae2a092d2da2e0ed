"""NVIDIA's CUDA libraries that pip installed beside TensorFlow, loaded so that TensorFlow finds them.

TensorFlow opens each by its name. Its own search path lacks some of the folders that pip puts them into, such as that
of cuSOLVER, and then it uses no GPU. A library that the process has loaded already is found without a path.
"""

import ctypes
import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, files, requires
from pathlib import Path

DRIVER, EXTRA = "libcuda.so.1", 'extra == "and-cuda"'
# Those that TensorFlow opens, and nvJitLink, which two of them need. What one needs comes before it.
LIBRARIES = ("cudart", "nvJitLink", "cublasLt", "cublas", "cusparse", "cusolver", "cufft", "curand", "cudnn", "cupti",
             "nccl")
FILE = re.compile(rf"lib({'|'.join(LIBRARIES)})\.so\.\d+")
HIDDEN = "CUDA_VISIBLE_DEVICES"


def load_libraries() -> list[str]:
    """Load the CUDA libraries, where there is a driver to use them with.

    Nothing is loaded where `CUDA_VISIBLE_DEVICES` hides all GPUs.

    Returns:
        What is missing: packages of TensorFlow's extra `and-cuda` that are not installed, and libraries that cannot be
        loaded, with the reason.
    """
    if sys.platform != "linux" or all_hidden() or driver_cuda() is None:
        return []
    missing, paths = find_libraries()
    for path in paths:
        try:
            ctypes.CDLL(str(path))
        except OSError as error:
            missing.append(f"{path.name} ({error})")
    return missing


def find_libraries() -> tuple[list[str], list[Path]]:
    """The packages of TensorFlow's CUDA libraries that are not installed, and the files of those that are, in order."""
    missing, found = [], []
    for package in _packages():
        try:
            found += [Path(file.locate()) for file in files(package) or () if FILE.fullmatch(file.name)]
        except PackageNotFoundError:
            missing.append(package)
    return missing, sorted(found, key=lambda path: LIBRARIES.index(FILE.fullmatch(path.name)[1]))


def _packages() -> Iterator[str]:
    """The packages that TensorFlow's extra names, such as `nvidia-cublas-cu12`; none where it has no such extra."""
    try:
        needed: Sequence[str] = requires("tensorflow") or ()
    except PackageNotFoundError:    # such as `tensorflow-cpu`
        needed = ()
    for requirement in needed:
        if EXTRA in requirement.replace("'", '"'):
            yield re.match(r"[\w.-]+", requirement)[0]


def all_hidden() -> bool:
    """Whether `CUDA_VISIBLE_DEVICES` hides all GPUs: it does from the first number below 0 on, and where it is empty.
    """
    visible = os.environ.get(HIDDEN)
    return visible is not None and (not visible.strip() or visible.strip().startswith("-"))


def driver_cuda() -> tuple[int, int] | None:
    """The newest version of CUDA that the NVIDIA driver supports, such as (12, 4); None without a driver."""
    number = ctypes.c_int()
    try:
        if ctypes.CDLL(DRIVER).cuDriverGetVersion(ctypes.byref(number)):
            return None
    except (OSError, AttributeError):
        return None
    return number.value // 1000, number.value % 1000 // 10


def driver_error() -> str:
    """What the driver says when it is started, such as `no CUDA-capable device is detected`; empty where it starts."""
    text = ctypes.c_char_p()
    try:
        driver = ctypes.CDLL(DRIVER)
        if not (code := driver.cuInit(0)):
            return ""
        driver.cuGetErrorString(code, ctypes.byref(text))
    except (OSError, AttributeError) as error:
        return str(error)
    return (text.value or b"error %d" % code).decode(errors="replace")
