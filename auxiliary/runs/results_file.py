"""The file of results.csv: follows links, locks it against other processes, and refuses what cannot be replaced."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auxiliary.core.disk import DiskError
from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.locks import locked

ANY_WRITES = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class ResultsFile:
    """A table's file.

    Attributes:
        path: as the user knows it, for messages; it may be a symbolic link.
    """

    path: Path

    @property
    def target(self) -> Path:
        """The file itself; it need not exist. Its folder holds the lock, so that all links to it share one."""
        return Path(os.path.realpath(self.path))

    def read(self) -> bytes | None:
        """The content; None where there is no file.

        Raises:
            UserError: it cannot be read.
        """
        target = self.target
        try:
            if os.path.lexists(target) and not target.is_file():
                kind = "a link that leads in a circle" if target.is_symlink() else "not a file"
                raise UserError(f"{self.path} is {kind}: move it away, so that the results can be written there")
            return target.read_bytes() if target.exists() else None
        except OSError as error:
            raise UserError(f"{self.path} cannot be read ({error.strerror}): check its permissions") from error

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes from writing it in the meantime; waits for them.

        Raises:
            UserError: it cannot be written.
        """
        target = self.target
        with locked(target.with_name(f".{target.name}.lock"), f"writing {target.name}"):
            yield

    def check_writable(self) -> None:
        """Raise a `UserError` where the file must not or cannot be replaced; call it with the lock held."""
        target = self.target
        with self._explained():
            if not target.exists():
                return
            found = target.stat()
        # Replacing the file would leave the old content under its other names.
        if found.st_nlink > 1:
            raise UserError(f"{self.path} has {found.st_nlink} names (hard links), and only one of them would get new "
                            "rows: keep one name, and make the others symbolic links to it")
        # The administrator may write any file; one that nobody may write was protected on purpose.
        if not (found.st_mode & ANY_WRITES and os.access(target, os.W_OK)):
            raise UserError(f"{self.path} is read-only: allow writing (chmod u+w), or move it away")

    def check_space(self) -> None:
        """Raise a `UserError` where no file can be written beside it; call it with the lock held."""
        # A file without a name, which a killed process cannot leave behind.
        with self._explained(), tempfile.TemporaryFile(dir=self.target.parent) as probe:
            probe.write(b"0")
            probe.flush()

    def replace(self, content: bytes) -> None:
        """Replace the file atomically, with its owner, group and mode as before; a link to it stays.

        Raises:
            UserError: it cannot be written; the old file stays.
        """
        with self._explained():
            write_atomically(self.target, content)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DiskError:
            raise
        except OSError as error:
            raise UserError(f"{self.path} cannot be written ({error.strerror}): check {self.target.parent}; it was not "
                            "changed") from error
