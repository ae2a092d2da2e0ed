"""Catalogue and normalise the raw pictures, hashes included. Importing is not counted, starting workers is."""

import tempfile
from pathlib import Path

import simplejpeg
from timing import say, seconds

from auxiliary.data.catalogue import catalogue
from auxiliary.data.normalise import normalise

RAW = Path("raw-img")
with tempfile.TemporaryDirectory() as out:
    say(seconds(lambda: normalise(catalogue(RAW), RAW, Path(out, "processed"))), simplejpeg=simplejpeg.__version__)
