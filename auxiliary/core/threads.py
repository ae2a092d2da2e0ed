"""The number of threads that networks are computed with: one per usable core, or the number that `--threads` states.

Each thread sums a part of a large sum, so the last digits of a run's figures depend on that number. They do not depend
on how many threads make batches, run operations side by side, or prepare images.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from auxiliary.core import environment
from auxiliary.core.errors import UserError

# Environment variable that holds the stated number, so that the kernels of a command's notebooks get it too.
VARIABLE = "AUXILIARY_THREADS"
MOST = 1024


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def used_threads() -> int:
    """How many threads networks are computed with, 1 to 1024 where that is stated; `UserError` for another number."""
    return stated_number() or usable_cores()


def busy_cores() -> int:
    """How many cores training keeps busy: no more than there are."""
    return min(used_threads(), usable_cores())


@contextmanager
def stated_threads(number: int | None) -> Iterator[None]:
    """State the number of threads in the block, also for processes that are started there; None changes nothing.

    TensorFlow cannot change it once it computes, so the block must be entered before.
    """
    with environment.stated(VARIABLE, str(number or "")):
        yield


def apply() -> None:
    """Give TensorFlow and NumPy the stated number; without one, both use all cores.

    Raises:
        UserError: the variable holds no such number, or TensorFlow has begun with another one.
    """
    if not (number := stated_number()):
        return
    import tensorflow as tf
    from threadpoolctl import threadpool_limits

    threading = tf.config.threading
    try:
        threading.set_intra_op_parallelism_threads(number)
        # Does not change figures; a run takes no more cores than it was given.
        threading.set_inter_op_parallelism_threads(number)
    except RuntimeError as error:
        # It has begun to compute, perhaps with as many.
        if (begun := threading.get_intra_op_parallelism_threads() or usable_cores()) != number:
            raise UserError(f"TensorFlow computes with {begun:,} threads here and cannot change to {number:,}: start "
                            "another process") from error
    # NumPy's products, which the weights of `whiten` are computed by.
    threadpool_limits(number, user_api="blas")


def stated_number() -> int | None:
    """The stated number, 1 to 1024; None where there is none, and `UserError` for another text."""
    return environment.stated_number(VARIABLE, MOST)
