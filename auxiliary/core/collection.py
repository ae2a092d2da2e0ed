"""Imports that Python's garbage collector leaves alone."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_from_collection() -> Iterator[None]:
    """Imports modules in the block without collecting garbage, and never looks through what is there at its end.

    TensorFlow has a million objects that live as long as the process: looking for garbage among them takes a second
    during its import, and a quarter of a second each time that Keras starts anew.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
