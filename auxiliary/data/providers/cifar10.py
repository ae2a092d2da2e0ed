"""CIFAR-10, 60,000 small images with a fixed test set, through Keras."""

from pathlib import Path

from auxiliary.core import runtime
from auxiliary.data.providers.base import DataSet, reaching, write_images

ADVICE = ("download https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz and save it as "
          "~/.keras/datasets/cifar-10-batches-py-target_archive, or run "
          "`python -m auxiliary run cifar10 -p source PATH` with a folder or zip of the images in "
          "train/<class>/ and test/<class>/, or put these two folders into data/cifar10/raw-img/")
CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def fill(folder: Path) -> None:
    """Write all images, 32 x 32, RGB, as PNG below `train/` and `test/`, in the publisher's order."""
    # Otherwise a setting of the user's for other projects could swap the axes of the images.
    runtime.load()
    with reaching("the University of Toronto", ADVICE):
        import keras

        splits = keras.datasets.cifar10.load_data()
    for split, (pixels, labels) in zip(("train", "test"), splits, strict=True):
        write_images(pixels, labels.ravel(), CLASSES, folder / split)


DATA_SET = DataSet(
    name="cifar10",
    about="CIFAR-10: 60,000 colour images of 32 x 32 pixels, 10 classes, 10,000 of them the fixed test set",
    images=60_000,
    classes=len(CLASSES),
    licence="none stated by its publisher",
    advice=ADVICE,
    fill=fill,
)
