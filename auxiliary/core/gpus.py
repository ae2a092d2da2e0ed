"""The number of GPUs that a network is trained on: one, or the number that `--gpus` states."""

from collections.abc import Iterator
from contextlib import contextmanager

from auxiliary.core.environment import stated, stated_number

# Environment variable that holds the stated number, so that the kernels of a command's notebooks get it too.
VARIABLE = "AUXILIARY_GPUS"
MOST = 64


def used_gpus() -> int:
    """How many GPUs train a network, 1 to 64; `UserError` where the variable holds another text."""
    return stated_number(VARIABLE, MOST) or 1


@contextmanager
def stated_gpus(number: int | None) -> Iterator[None]:
    """State the number of GPUs in the block, also for processes that are started there; None changes nothing."""
    with stated(VARIABLE, str(number or "")):
        yield
