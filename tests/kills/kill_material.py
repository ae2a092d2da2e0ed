"""What the runs that are killed work on: a small folder of images and a profile."""

import colorsys
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("blue", "green", "red", "yellow")
IMAGES = 40    # a class, a third of them small, and some of them there twice
PROFILE = """
dataset: images
name: killed
image_size: 72
batch_size: 8
sampling: none
scratch:
  - {model_id: base, learning_rate: 0.003, epochs: 8, schedule: onecycle, augment: flip | shift(0.1) | brightness(0.1),
     net: conv(32) | conv(32) | pool | conv(64) | pool | conv(64) | pool | flatten | dense(64) | dropout(0.3)}
  - {model_id: base_on, parent: base, learning_rate: 0.0005, epochs: 14, patience: 4, augment: flip}
transfer:
  - {model_id: frozen, backbone: EfficientNetLite0, image_size: 48, head: gap | dense(32) | dropout(0.2),
     learning_rate: 0.001, epochs: 30}
  - {model_id: tuned, parent: frozen, tune_last: 30, learning_rate: 0.0003, epochs: 12, augment: flip | zoom(0.1),
     optimizer: sgd}
"""


def prepare(place: Path) -> Path:
    """Make the images and the profile in a folder; the same ones whenever it is called.

    Returns:
        The profile.
    """
    rng = np.random.default_rng(0)
    for number, category in enumerate(CLASSES):
        folder = place / "images" / category
        folder.mkdir(parents=True)
        for index in range(IMAGES):
            _write(folder, index, _image(rng, number))
    profile = place / "killed.yaml"
    profile.write_text(PROFILE, encoding="utf-8")
    return profile


def _image(rng: np.random.Generator, number: int) -> Image.Image:
    """An image with a colour of its class, in large blotches, hard enough to tell that training takes some time."""
    hue = (number + rng.normal(0, 0.35)) / len(CLASSES)
    colour = 255 * np.array(colorsys.hsv_to_rgb(hue % 1, 0.6, 0.7))
    blotches = (colour + rng.normal(0, 60, (6, 7, 3))).clip(0, 255).astype("uint8")
    return Image.fromarray(blotches).resize((140, 120), Image.Resampling.BICUBIC)


def _write(folder: Path, index: int, image: Image.Image) -> None:
    if index % 3 == 0:
        image.resize((56, 48)).save(folder / f"{index:02}.png")
        return
    image.save(folder / f"{index:02}.jpg", quality=90)
    if index % 10 == 1:
        image.resize((110, 95)).save(folder / f"{index:02}-again.jpg", quality=70)
