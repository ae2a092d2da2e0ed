"""A root of its own for what is only tried: gone afterwards, unless there is something to look at."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auxiliary.core.errors import UserError


@contextmanager
def temporary_root(trial: str) -> Iterator[Path]:
    """A temporary folder for data, models, assets and results, removed unless something goes wrong in it.

    Args:
        trial: what happens in it, such as `"quick run"`.

    Raises:
        UserError: the one raised inside, with where everything is kept.
    """
    root = Path(tempfile.mkdtemp(prefix=f"auxiliary-{trial.replace(' ', '-')}-")).resolve()
    kept = f"all that was made is kept in {root}"
    try:
        yield root
    except KeyboardInterrupt:
        shutil.rmtree(root, ignore_errors=True)
        raise
    except UserError as error:
        raise UserError(f"{error}\n{kept}") from None
    except Exception as error:
        error.add_note(kept)
        raise
    shutil.rmtree(root)
