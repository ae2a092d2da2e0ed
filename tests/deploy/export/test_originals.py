"""The original files of processed images."""

from pathlib import Path

import pytest
from PIL import Image

from auxiliary.core.parallel import Processes
from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.data.tables import write_table
from auxiliary.deploy.export.originals import read_originals


@pytest.fixture
def data(image_folder, tmp_path) -> Path:
    """The folder of a data set of five images, with its table and processed images."""
    data = tmp_path / "data" / "pets"
    image_folder({"cat": 3, "dog": 2}, size=80, suffix="jpg").rename(tmp_path / "own")
    processed = data / "processed" / "32" / "images"
    overview = preprocess_images(catalogue(tmp_path / "own"), tmp_path / "own", processed, size=32, pool=Processes(1))
    write_table(overview, processed.parent / "group" / "overview.csv", data)
    return data


@pytest.fixture
def files(data) -> list[str]:
    """The processed images."""
    return sorted(map(str, (data / "processed").rglob("*.jpg")))


def test_the_originals_in_the_order_of_the_processed_images(data, files, tmp_path):
    found = read_originals(files[::-1], [data / "processed"])
    assert found == [path.read_bytes() for path in sorted((tmp_path / "own").rglob("*.jpg"), reverse=True)]


def test_those_that_are_gone_or_were_changed_are_left_out(data, files, tmp_path):
    (tmp_path / "own" / "cat" / "0.jpg").unlink()
    Image.new("RGB", (90, 90)).save(tmp_path / "own" / "dog" / "1.jpg")
    found = read_originals(files, [data / "processed"])
    assert found == [(tmp_path / "own" / name).read_bytes() for name in ("cat/1.jpg", "cat/2.jpg", "dog/0.jpg")]


def test_processed_images_elsewhere_have_none(files, tmp_path):
    assert read_originals(files, [tmp_path / "data" / "others" / "processed"]) == []


def test_nor_have_those_without_a_table(data, files):
    (data / "processed" / "32" / "group" / "overview.csv").unlink()
    assert read_originals(files, [data / "processed"]) == []
