"""Preprocess the raw images as a first notebook does: one process, Pillow's plain calls."""

from pathlib import Path

import PIL
from PIL import Image
from timing import new_folder, say, seconds


def loop(out: Path) -> None:
    """Every image as a square JPEG."""
    for number, file in enumerate(sorted(Path("raw-img").rglob("*.*"))):
        Image.open(file).convert("RGB").resize((224, 224)).save(f"{out}/{number}.jpg", quality=90)


out = new_folder()
say(seconds(lambda: loop(out)), pillow=PIL.__version__)
