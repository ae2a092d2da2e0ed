"""tf_flowers, 3,670 photographs of five flowers, from TensorFlow's example images."""

from pathlib import Path
from urllib.request import urlopen

from auxiliary.core.progress import Progress
from auxiliary.data.archives.archive import unpack
from auxiliary.data.providers.base import TIMEOUT, DataSet, reaching

URL = "http://download.tensorflow.org/example_images/flower_photos.tgz"
ADVICE = (f"download {URL} and run `python -m auxiliary run flowers -p source PATH` with its path, or unpack "
          "it so that its folders (daisy, roses, ...) lie in data/flowers/raw-img/")
CHUNK = 2**20   # bytes


def download(url: str, path: Path) -> None:
    """Save a URL as a file, under a progress bar."""
    with urlopen(url, timeout=TIMEOUT) as answer, path.open("wb") as file:
        size = int(answer.headers.get("Content-Length", 0))
        with Progress(f"download {path.name}", size, "byte") as progress:
            while chunk := answer.read(CHUNK):
                file.write(chunk)
                progress.advance(len(chunk))


def fill(folder: Path) -> None:
    """Download the archive beside `folder` and unpack it."""
    archive = folder.with_name("flower_photos.tgz")
    with reaching("TensorFlow's download server", ADVICE):
        download(URL, archive)
    unpack(archive, folder)


DATA_SET = DataSet(
    name="flowers",
    about="tf_flowers: 3,670 photographs of 5 flowers",
    images=3_670,
    classes=5,
    licence="CC-BY 2.0, authors in its LICENSE.txt",
    advice=ADVICE,
    fill=fill,
)
