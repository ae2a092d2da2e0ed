"""Catalogue and normalise the raw pictures, hashes included. Importing is not counted, starting workers is."""

from pathlib import Path

import simplejpeg
from timing import new_folder, say, seconds

from auxiliary.data.catalogue import catalogue
from auxiliary.data.normalise import normalise

RAW = Path("raw-img")
out = new_folder()
say(seconds(lambda: normalise(catalogue(RAW), RAW, out / "processed")), simplejpeg=simplejpeg.__version__)
