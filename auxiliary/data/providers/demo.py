"""Animal-MNIST, out of the installed PyPI package `animal-mnist`: needs no network.

The package holds two gzipped pickles. It is found without being imported, because importing it loads
TensorFlow. The pickles are read by an unpickler that admits nothing but NumPy's array names.
"""

import gzip
import importlib.util
import pickle
from pathlib import Path

import numpy as np

from auxiliary.core.errors import UserError
from auxiliary.core.unpickle import AllowListUnpickler
from auxiliary.data.providers.base import DataSet, write_images

PACKAGE = "animal_mnist"
ADVICE = "install it with `pip install animal-mnist==0.4`, or start with `make run`, which does"

# The package's metadata lists the classes; labels 0 to 9 follow that order.
CLASSES = ("bear", "bird", "cat", "cow", "dog", "elephant", "giraffe", "horse", "sheep", "zebra")


# NumPy moved its core package and calls the old path deprecated; an array itself names its function.
REBUILD = np.empty(0).__reduce__()[0]
ALLOWED = {("numpy.core.multiarray", "_reconstruct"): REBUILD,
           ("numpy._core.multiarray", "_reconstruct"): REBUILD,
           ("numpy", "ndarray"): np.ndarray,
           ("numpy", "dtype"): np.dtype}


def read_array(path: Path) -> np.ndarray:
    """Read one gzipped, pickled array without running anything that the file names.

    Raises:
        UserError: it is not such a file, or names more than an array.
    """
    try:
        with gzip.open(path) as file:
            return np.asarray(AllowListUnpickler(file, ALLOWED).load())
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        raise UserError(f"{path} is not the array it should be ({error}): {ADVICE}") from error


def package_folder() -> Path:
    """The folder that holds the two pickles.

    Raises:
        UserError: the package is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise UserError(f"the package animal-mnist, which holds the images of `demo`, is missing: {ADVICE}")
    return Path(spec.submodule_search_locations[0]) / "data" / "Animal_MNIST"


def fill(folder: Path) -> None:
    """Write the 10,000 images, 28 x 28, grey, as PNG in ten folders."""
    source = package_folder()
    pixels = read_array(source / "animal_data_version_3.gz")
    labels = read_array(source / "animal_label_version_3.gz")
    if pixels.dtype != np.uint8 or pixels.shape != (len(labels), 28, 28) or set(labels) != set(range(10)):
        raise UserError(f"the installed animal-mnist holds other images than version 0.4: {ADVICE}")
    write_images(pixels, labels, CLASSES, folder)


DATA_SET = DataSet(
    name="demo",
    about="Animal-MNIST: 10,000 grey 28 x 28 images of 10 animals, 284 of them exact duplicates",
    images=10_000,
    classes=len(CLASSES),
    licence="MIT",
    advice=ADVICE,
    fill=fill,
)
