"""Catalogue and preprocess the raw images, hashes included. Importing is not counted, starting workers is."""

from pathlib import Path

import simplejpeg
from timing import new_folder, say, seconds

from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing.preprocess import preprocess_images

RAW = Path("raw-img")
out = new_folder()
say(seconds(lambda: preprocess_images(catalogue(RAW), RAW, out / "processed")), simplejpeg=simplejpeg.__version__)
