"""Why TensorFlow uses no GPU where the driver shows one."""

import os
import sys
from pathlib import Path

from auxiliary.core.cuda import HIDDEN, driver_cuda, driver_error, load_libraries
from auxiliary.core.driver import Driver
from auxiliary.core.text import first_few

INSTALL = ".venv/bin/pip install -e '.[gpu]'"
# What asks TensorFlow itself, with the messages that this project hides.
ASK = "TF_CPP_MIN_LOG_LEVEL=0 .venv/bin/python -c 'import tensorflow; tensorflow.config.list_physical_devices()'"
DEVICES = "nvidia[0-9]*"    # files in /dev, one per GPU; WSL has another one for all
SHOWN = 3


def why_unused(driver: Driver, devices: Path = Path("/dev")) -> str:
    """The reason that can be found, with the way out, as the end of a sentence; TensorFlow is loaded.

    Args:
        driver: what it shows.
        devices: the folder of device files.
    """
    import tensorflow as tf

    if sys.platform == "win32":
        return "it has no support for GPUs on Windows itself: run this project in WSL2 (docs/gpu.md)"
    if _is_hidden(len(driver.gpus)):
        return f"the environment variable {HIDDEN} is {os.environ[HIDDEN]!r}, which hides it: unset that"
    if not tf.test.is_built_with_cuda():
        return "this version of it was built without CUDA: install the package tensorflow"
    if not (any(devices.glob(DEVICES)) or (devices / "dxg").exists()):
        return (f"{devices} has no file for it: start the container with its GPUs, such as by `docker run --gpus all`, "
                "or ask the scheduler for one")
    if (newest := driver_cuda()) is None:
        return "the driver's library libcuda.so.1 cannot be loaded: install the driver again, or restart the computer"
    if said := driver_error():
        return f"the driver cannot be started ({said}): restart the computer, or install the driver again"
    if missing := load_libraries():
        return f"CUDA libraries are missing ({first_few(missing, SHOWN)}): {INSTALL}"
    needed = tf.sysconfig.get_build_info().get("cuda_version", "")
    if needed and newest[0] < int(needed.partition(".")[0]):
        version = f"the driver {driver.version}".rstrip()
        return f"{version} supports CUDA {newest[0]}.{newest[1]}, and TensorFlow asks for {needed}: update the driver"
    return f"of an unknown reason; this prints what it tried: {ASK}"


def _is_hidden(gpus: int) -> bool:
    """Whether `CUDA_VISIBLE_DEVICES` hides all GPUs: only those before the first invalid number are visible."""
    first = os.environ.get(HIDDEN, "0").partition(",")[0].strip()
    # The others are names of GPUs, or of parts of them.
    return not first.startswith(("GPU-", "MIG-")) and not (first.isdecimal() and int(first) < gpus)
