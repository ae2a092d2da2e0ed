"""Keras's own settings, made the same for every run.

Keras reads `~/.keras/keras.json` and variables such as `KERAS_MAX_EPOCHS` when it is imported, and code of the same
session may set them again. They are made for other projects, and would change figures without changing a run's name.
The variables that `auxiliary/__init__.py` sets choose the backend, which cannot be changed after the import.
"""

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError

BACKEND = "tensorflow"


def apply() -> None:
    """Give Keras the settings that runs compute with; the precision is set by `auxiliary.core.runtime.start`.

    Raises:
        UserError: Keras has been imported with another backend.
    """
    import keras

    if (backend := keras.config.backend()) != BACKEND:
        raise UserError(f"Keras was imported with the backend {backend} before this project could choose {BACKEND}: "
                        "restart, and import `auxiliary` before `keras`")
    keras.config.set_floatx("float32")
    keras.config.set_epsilon(1e-7)
    keras.config.set_image_data_format("channels_last")
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


@contextmanager
def refusal_explained() -> Iterator[None]:
    """Turn the error of a Keras that is imported in the block, and refuses its settings, into a `UserError`."""
    try:
        yield
    except (OSError, ValueError, TypeError, AttributeError) as error:
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        # Errors of another origin, such as packages that do not fit together, have nothing to do with settings.
        if frame.f_globals["__name__"] != "keras.src.backend.config":
            raise
        file = Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "keras.json"
        raise UserError(f"Keras refuses its settings in {file} or in environment variables that begin with KERAS_ "
                        f"({error}): remove them, they are not needed here") from error
