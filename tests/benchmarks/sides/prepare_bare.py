"""Nothing but decode, resize and encode, each as we do it, on all cores; the workers are there before."""

import multiprocessing
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from PIL import Image
from timing import new_folder, say, seconds

from auxiliary.data.reading.jpeg import resized


def convert(job: tuple[int, Path, Path]) -> None:
    """One image as a square JPEG."""
    number, file, out = job
    data = file.read_bytes()
    if data.startswith(b"\xff\xd8"):
        pixels = simplejpeg.decode_jpeg(data, "RGB")
    else:
        pixels = np.asarray(Image.open(file).convert("RGB"))
    small = resized(pixels, 224)
    (out / f"{number}.jpg").write_bytes(simplejpeg.encode_jpeg(small, 90, "RGB", "420"))


if __name__ == "__main__":
    out = new_folder()
    with multiprocessing.Pool() as pool:
        jobs = [(number, file, out) for number, file in enumerate(sorted(Path("raw-img").rglob("*.*")))]
        pool.map(abs, range(100))
        say(seconds(lambda: pool.map(convert, jobs, chunksize=32)), opencv=cv2.__version__,
            simplejpeg=simplejpeg.__version__)
