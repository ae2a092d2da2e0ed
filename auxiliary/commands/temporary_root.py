"""A temporary root folder, which stays only when something goes wrong in it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError
from auxiliary.core.ownership import keep


@contextmanager
def temporary_root(purpose: str) -> Iterator[Path]:
    """A temporary folder for data, models, assets and results; it is removed at the end, and when interrupted.

    Args:
        purpose: what it is for, such as `"smoke test"`; part of the folder's name.

    Raises:
        UserError: the one raised inside, with where everything is kept.
    """
    root = Path(tempfile.mkdtemp(prefix=f"auxiliary-{purpose.replace(' ', '-')}-")).resolve()
    kept = f"everything is kept in {root}"
    try:
        yield root
    except KeyboardInterrupt:
        shutil.rmtree(root, ignore_errors=True)
        raise
    except UserError as error:
        keep(root)
        raise UserError(f"{error}\n{kept}") from None
    except Exception as error:
        keep(root)
        error.add_note(kept)
        raise
    shutil.rmtree(root)
