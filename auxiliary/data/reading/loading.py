"""Loading the pixels of an image that Pillow has opened. Light, for worker processes."""

from contextlib import nullcontext

from PIL import Image

from auxiliary.core.streams import stderr_discarded


def load(image: Image.Image) -> None:
    """Load the pixels, and throw away what libtiff prints of what it finds wrong."""
    with stderr_discarded() if image.format == "TIFF" else nullcontext():
        image.load()
