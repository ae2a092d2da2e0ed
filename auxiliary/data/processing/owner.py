"""Who asks for processed images: workers that it left behind must not overwrite the images of a later run."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from auxiliary.core.files import write_atomically
from auxiliary.data.processing.manifest import head_fingerprint


class Owner(Protocol):
    """Who asks for processed images. Pickled, so that workers can look whether it is still there."""

    def asks(self) -> bool:
        """Whether the images are still asked for."""

    def write(self, path: Path, content: bytes) -> None:
        """Write an image."""


@dataclass(frozen=True)
class ThisProcess:
    """A process that asks itself, or workers that end with it.

    Attributes:
        number: its process id.
    """

    number: int

    def asks(self) -> bool:
        """Whether it was not killed."""
        return self.number in (os.getpid(), os.getppid())

    def write(self, path: Path, content: bytes) -> None:
        """Write an image, not atomically, which takes a tenth of all the time.

        A file counts once the manifest names it.
        """
        path.write_bytes(content)


@dataclass(frozen=True)
class AnyProcess:
    """A process whose workers may go on once it was killed, maybe on other machines, and make an image twice.

    Attributes:
        processed: the folder of processed images.
        head: the fingerprint of the head of its manifest, which a later run changes before any image.
    """

    processed: Path
    head: str

    def asks(self) -> bool:
        """Whether no later run of other images, or of other settings, has begun."""
        return head_fingerprint(self.processed) == self.head

    def write(self, path: Path, content: bytes) -> None:
        """Write an image atomically: a later run of the same images and settings may have written the same bytes."""
        write_atomically(path, content, sync=False)
