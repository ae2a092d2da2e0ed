"""Which numbers a machine trains with: the shortest that it has fast units for."""

from collections.abc import Mapping
from pathlib import Path

AMPERE, VOLTA = (8, 0), (7, 0)


def gpu_precision(capability: tuple[int, int] | None) -> str:
    """The Keras dtype policy for a GPU of a CUDA compute capability: bfloat16 from Ampere on, float16 from Volta on."""
    if capability is None or capability < VOLTA:
        return "float32"
    return "mixed_bfloat16" if capability >= AMPERE else "mixed_float16"


def cpu_precision(processor: Mapping[str, str]) -> str:
    """The Keras dtype policy for a processor.

    bfloat16 where it has AMX, or is AMD's with avx512_bf16: there training is half as fast again. Intel's processors
    multiply bfloat16 vectors (avx512_bf16) no faster than float32: without AMX a convolutional network took 1.4 times
    the processor's time that it takes in float32.

    Args:
        processor: what the system says of it, as `processor` reads.
    """
    flags = processor.get("flags", "").split()
    fast = "amx_bf16" in flags or ("avx512_bf16" in flags and processor.get("vendor_id") == "AuthenticAMD")
    return "mixed_bfloat16" if fast else "float32"


def processor(file: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """What Linux says of the first processor: `vendor_id`, `model name`, `flags` and more; nothing on other systems."""
    if not file.exists():
        return {}
    first, _, _ = file.read_text(encoding="utf-8").partition("\n\n")
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
