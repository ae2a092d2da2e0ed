"""The input of the runs that are killed: a small folder of images and a profile."""

import colorsys
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("blue", "green", "red", "yellow")
IMAGES = 40    # per class; a third of them are small, and some have a near-duplicate
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


def write_inputs(folder: Path) -> Path:
    """Write the images and the profile into a folder; every call writes the same ones.

    Returns:
        The path of the profile.
    """
    rng = np.random.default_rng(0)
    for number, category in enumerate(CLASSES):
        category_folder = folder / "images" / category
        category_folder.mkdir(parents=True)
        for index in range(IMAGES):
            _write(category_folder, index, _image(rng, number))
    profile = folder / "killed.yaml"
    profile.write_text(PROFILE, encoding="utf-8")
    return profile


def _image(rng: np.random.Generator, number: int) -> Image.Image:
    """An image in large blotches around the colour of its class, which takes some epochs to learn."""
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
