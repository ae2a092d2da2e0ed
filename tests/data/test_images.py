import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.data import images as module
from auxiliary.data.images import Images
from auxiliary.data.reading.inspect_files import content_hash

EVERY = np.arange(4)


@pytest.fixture
def files(tmp_path):
    """A table of four images of noise, each 12 by 12 pixels."""
    rng, paths = np.random.default_rng(0), [tmp_path / f"{number}.png" for number in EVERY]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (12, 12, 3), "uint8")).save(path)
    hashes = [content_hash(path.read_bytes()) for path in paths]
    return pd.DataFrame({"filepath": map(str, paths), "content_hash": hashes})


@pytest.fixture
def memory(monkeypatch):
    """Sets how many bytes of memory are free."""
    return lambda count: monkeypatch.setattr(module, "free_memory", lambda: count)


@pytest.fixture
def disk(monkeypatch):
    """Sets how many bytes of the disk are free."""
    return lambda count: monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, count))


def pixels(files):
    return np.stack([np.asarray(Image.open(file)) for file in files["filepath"]])


@pytest.mark.parametrize("cache", [True, False])
def test_images_are_those_of_the_files(files, cache):
    images = Images(files, 12, cache)
    for places in (EVERY, EVERY[::-1], np.array([2, 2]), EVERY):
        np.testing.assert_array_equal(images[places], pixels(files)[places])


def test_a_cached_image_is_not_read_again(files):
    cached, before = Images(files, 12, cache=True), pixels(files)
    assert cached[EVERY].any()
    for file in files["filepath"]:
        Path(file).unlink()
    np.testing.assert_array_equal(cached[EVERY], before)


@pytest.mark.parametrize("cache", [True, False])
def test_an_image_that_was_changed_is_named_and_never_given(files, cache):
    images = Images(files, 12, cache)
    assert images[EVERY[:2]].any()
    Image.new("RGB", (12, 12), "white").save(files["filepath"][2])
    with pytest.raises(UserError, match=r"2\.png is not the image that its table lists.+--only 01"):
        images[EVERY]


def test_an_image_that_changes_between_two_epochs_is_noticed_without_a_cache(files):
    images = Images(files, 12, cache=False)
    assert images[EVERY].any()
    Image.new("RGB", (12, 12), "white").save(files["filepath"][0])
    with pytest.raises(UserError, match=r"0\.png is not the image"):
        images[EVERY]


def test_images_that_were_returned_may_be_changed(files):
    images = Images(files, 12, cache=True)
    images[EVERY][:] = 0
    np.testing.assert_array_equal(images[EVERY], pixels(files))


def test_too_many_images_for_memory_are_cached_in_a_file_that_goes_too(files, memory, monkeypatch, tmp_path, capsys):
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "cache"))
    memory(4 * 12 * 12 * 3 * 4 - 1)
    images = Images(files, 12, cache=True)
    assert isinstance(images._cache, np.memmap)
    for _ in range(2):
        np.testing.assert_array_equal(images[EVERY], pixels(files))
    assert list((tmp_path / "cache").iterdir()) == []
    assert capsys.readouterr().out.startswith("decoded images, 0.0 MB, are cached in a temporary file; 0.0 MB of ")


def test_a_quarter_of_the_memory_is_enough(files, memory, capsys):
    memory(4 * 12 * 12 * 3 * 4)
    assert not isinstance(Images(files, 12, cache=True)._cache, np.memmap)
    assert capsys.readouterr().out == ""


def test_without_space_anywhere_images_are_decoded_every_time_and_a_sentence_tells(files, memory, disk, capsys):
    memory(0)
    disk(100)
    images = Images(files, 12, cache=True)
    assert "images are decoded in every epoch, because a cache would take 0.0 MB; 0.0 MB of" in capsys.readouterr().out
    for _ in range(2):
        np.testing.assert_array_equal(images[EVERY], pixels(files))


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff\xd8\xff\xe0", None])
def test_a_file_that_is_gone_or_damaged_is_named(files, content):
    file = Path(files["filepath"][1])
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
        files.loc[1, "content_hash"] = content_hash(content)
    with pytest.raises(UserError, match=r"1\.png cannot be read any more \(.+\): run notebook 01 again"):
        Images(files, 12, cache=True)[EVERY]
