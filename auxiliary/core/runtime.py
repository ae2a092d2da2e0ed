"""The machine and software of a run: configures TensorFlow, and describes device, versions and settings."""

import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from auxiliary.core import cuda, keras_settings, threads
from auxiliary.core.collection import kept_from_collection
from auxiliary.core.gpus import used_gpus
from auxiliary.core.paths import REPOSITORY
from auxiliary.core.streams import stderr_discarded
from auxiliary.core.text import counted

AMPERE, VOLTA = (8, 0), (7, 0)


def gpu_precision(capability: tuple[int, int] | None) -> str:
    """The Keras dtype policy for a GPU of a CUDA compute capability: bfloat16 from Ampere on, float16 from Volta on."""
    if capability is None or capability < VOLTA:
        return "float32"
    return "mixed_bfloat16" if capability >= AMPERE else "mixed_float16"


def cpu_precision(processor: Mapping[str, str]) -> str:
    """The Keras dtype policy for a processor.

    bfloat16 if it has AMX, or avx512_bf16 and is made by AMD: there training is 1.5 times as fast. Intel's processors
    without AMX multiply bfloat16 vectors (avx512_bf16) no faster than float32, and a convolutional network took 1.4
    times as much processor time.

    Args:
        processor: its description, as `processor` returns.
    """
    flags = processor.get("flags", "").split()
    fast = "amx_bf16" in flags or ("avx512_bf16" in flags and processor.get("vendor_id") == "AuthenticAMD")
    return "mixed_bfloat16" if fast else "float32"


def processor(file: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """Linux's description of the first processor: `vendor_id`, `model name`, `flags`...; empty on other systems."""
    if not file.exists():
        return {}
    first, _, _ = file.read_text(encoding="utf-8").partition("\n\n")
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


# The code that a run's figures can depend on; results and documents cannot change them.
CODE = ("auxiliary", "notebooks", "pyproject.toml", "requirements.txt")
PACKAGES = ("tensorflow", "keras", "numpy", "pandas", "scikit-learn", "scipy", "pillow", "opencv-python-headless",
            "pillow-heif", "simplejpeg", "h5py")
# Environment variables that change how TensorFlow computes.
VARIABLES = ("TF_ENABLE_ONEDNN_OPTS", "ONEDNN_MAX_CPU_ISA", "ONEDNN_DEFAULT_FPMATH_MODE", "OMP_NUM_THREADS",
             "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_XLA_FLAGS", "XLA_FLAGS", "NVIDIA_TF32_OVERRIDE",
             "TF_DETERMINISTIC_OPS")


@dataclass(frozen=True)
class Machine:
    """The device of a run and its precision.

    Attributes:
        device: the processor's or GPU's name.
        precision: the Keras dtype policy, such as `float32`.
        gpu: whether it is a GPU with its own memory.
    """

    device: str
    precision: str
    gpu: bool = False


def load() -> None:
    """Import TensorFlow and Keras without the messages of their first import, and set what they compute with.

    The CUDA libraries that pip installed are loaded too, see `auxiliary.core.cuda`.

    Raises:
        UserError: Keras refuses a setting of the user's, or has been imported with another backend; or as in
            `auxiliary.core.threads.apply`.
    """
    # TensorFlow opens them when it is first asked for devices, so this may come after its import. What is missing is
    # said by `auxiliary.commands.unused_gpu`.
    cuda.load_libraries()
    if not {"keras", "tensorflow"} <= sys.modules.keys():
        with stderr_discarded(), keras_settings.refusal_explained(), kept_from_collection():
            import keras  # noqa: F401
            import tensorflow  # noqa: F401
    keras_settings.apply()
    threads.apply()


def start(seed: int, deterministic: bool = True) -> Machine:
    """Configure TensorFlow for a reproducible run.

    Sets all random seeds, makes operations deterministic unless they need not be, frees the state of earlier runs, and
    sets the precision and all settings of Keras. A GPU's memory grows as needed, see `auxiliary/__init__.py`.

    Args:
        seed: seed of weights and dropout.
        deterministic: whether operations give the same numbers again. Without it Keras compiles networks by XLA.

    Returns:
        The device and its precision.

    Raises:
        UserError: as in `load`.
    """
    load()
    import keras
    import tensorflow as tf
    from tensorflow.python.framework.config import disable_op_determinism

    # TensorFlow warns of retracing, because every experiment is a new function.
    tf.get_logger().setLevel("ERROR")
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    else:    # an earlier run of this process may have enabled it
        disable_op_determinism()
    gpus = tf.config.list_physical_devices("GPU")
    if gpus:
        details = tf.config.experimental.get_device_details(gpus[0])
        several = f"{number:,} x " if (number := used_gpus()) > 1 else ""
        machine = Machine(several + details["device_name"], gpu_precision(details.get("compute_capability")), gpu=True)
    else:
        machine = Machine(cpu_name(), cpu_precision(processor()))
    keras.config.set_dtype_policy(machine.precision)
    return machine


def cpu_name() -> str:
    """The processor's name, and of how many cores it is: as many as networks have threads."""
    name = processor().get("model name") or platform.processor() or platform.machine()
    return f"{name}, {counted(threads.used_threads(), 'core')}"


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a run's figures depend on, by name."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def settings() -> dict[str, str | int | float]:
    """Other settings that a run's figures can depend on, by name: system, Keras, environment variables.

    `cores` is the number of threads that networks are computed with, one per core unless it is stated; `gpus` is there
    where several train a network.
    """
    load()
    import keras

    return {
        "system": f"{platform.system()} {platform.machine()}", "cores": threads.used_threads(),
        "backend": keras.config.backend(), "image_data_format": keras.config.image_data_format(),
        "epsilon": keras.config.epsilon(),
        **{name: os.environ[name] for name in VARIABLES if name in os.environ},
        **({"gpus": number} if (number := used_gpus()) > 1 else {}),
    }


def commit() -> str:
    """The repository's commit, with `+changes` if the code differs from it; empty outside a repository."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+changes" if _git("status", "--porcelain", "--", *CODE) else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(REPOSITORY), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
