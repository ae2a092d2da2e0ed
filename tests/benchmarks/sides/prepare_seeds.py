"""Normalise the raw pictures as a first notebook does: one process, Pillow's plain calls."""

import tempfile
from pathlib import Path

import PIL
from PIL import Image
from timing import say, seconds


def loop(out: str) -> None:
    """Every picture as a square JPEG."""
    for number, file in enumerate(sorted(Path("raw-img").rglob("*.*"))):
        Image.open(file).convert("RGB").resize((224, 224)).save(f"{out}/{number}.jpg", quality=90)


with tempfile.TemporaryDirectory() as out:
    say(seconds(lambda: loop(out)), pillow=PIL.__version__)
