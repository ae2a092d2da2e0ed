import gc
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from auxiliary.data import pictures as module
from auxiliary.data.clean import clean_table
from auxiliary.data.dataset import mk_tf_dataset
from auxiliary.data.pictures import Pictures
from auxiliary.errors import UserError

EVERY = np.arange(4)


@pytest.fixture
def files(tmp_path):
    """Four pictures of noise, each 12 by 12 pixels."""
    rng, paths = np.random.default_rng(0), [str(tmp_path / f"{number}.png") for number in EVERY]
    for path in paths:
        Image.fromarray(rng.integers(0, 256, (12, 12, 3), "uint8")).save(path)
    return paths


@pytest.fixture
def memory(monkeypatch):
    """Sets how many bytes of memory are free."""
    return lambda count: monkeypatch.setattr(module, "free_memory", lambda: count)


@pytest.fixture
def disk(monkeypatch):
    """Sets how many bytes of the disk are free."""
    return lambda count: monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, count))


def pixels(files):
    return np.stack([np.asarray(Image.open(file)) for file in files])


@pytest.mark.parametrize("keep", [True, False])
def test_pictures_are_those_of_the_files(files, keep):
    pictures = Pictures(files, 12, keep)
    for places in (EVERY, EVERY[::-1], np.array([2, 2]), EVERY):
        np.testing.assert_array_equal(pictures[places], pixels(files)[places])


def test_what_is_kept_is_not_read_again(files):
    kept, read = Pictures(files, 12, keep=True), Pictures(files, 12, keep=False)
    before = pixels(files)
    assert kept[EVERY[:2]].any()
    assert read[EVERY[:2]].any()
    for file in files:
        Image.new("RGB", (12, 12), "white").save(file)
    np.testing.assert_array_equal(kept[EVERY[:2]], before[:2])
    assert (kept[EVERY[2:]] == 255).all()
    assert (read[EVERY] == 255).all()


def test_what_is_given_out_may_be_changed(files):
    pictures = Pictures(files, 12, keep=True)
    pictures[EVERY][:] = 0
    np.testing.assert_array_equal(pictures[EVERY], pixels(files))


def test_too_many_for_memory_lie_in_a_file_that_goes_with_them(files, memory, monkeypatch, tmp_path, capsys):
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "cache"))
    memory(4 * 12 * 12 * 3 * 4 - 1)
    pictures = Pictures(files, 12, keep=True)
    assert isinstance(pictures._kept, np.memmap)
    for _ in range(2):
        np.testing.assert_array_equal(pictures[EVERY], pixels(files))
    assert list((tmp_path / "cache").iterdir()) == []
    assert capsys.readouterr().out.startswith("decoded pictures, 0.0 MB, are kept in a temporary file; 0.0 MB of ")


def test_a_quarter_of_the_memory_is_enough(files, memory, capsys):
    memory(4 * 12 * 12 * 3 * 4)
    assert not isinstance(Pictures(files, 12, keep=True)._kept, np.memmap)
    assert capsys.readouterr().out == ""


def test_without_room_anywhere_they_are_decoded_every_time_and_that_is_said(files, memory, disk, capsys):
    memory(0)
    disk(100)
    pictures = Pictures(files, 12, keep=True)
    assert "pictures are decoded every epoch, since kept they would take 0.0 MB; 0.0 MB of" in capsys.readouterr().out
    for _ in range(2):
        np.testing.assert_array_equal(pictures[EVERY], pixels(files))


def test_nothing_stays_when_the_data_set_goes(picture_folder, monkeypatch):
    made = []
    kept_room = module._room
    monkeypatch.setattr(module, "_room", lambda shape: made.append(weakref.ref(room := kept_room(shape))) or room)
    dataset = mk_tf_dataset(clean_table(picture_folder({"ant": 3, "bee": 2}, size=12)), epochs=2, keep=True)
    # What is derived from it, an iterator at last, is enough to hold the pictures.
    dataset = iter(dataset.take(2).prefetch(1))
    gc.collect()
    assert len(list(dataset)) == 2
    assert made[0]() is not None
    del dataset
    gc.collect()
    assert made[0]() is None


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\xff\xd8\xff\xe0", None])
def test_a_file_that_is_gone_or_damaged_is_named(files, content):
    if content is None:
        Path(files[1]).unlink()
    else:
        Path(files[1]).write_bytes(content)
    with pytest.raises(UserError, match=r"1\.png cannot be read any more \(.+\): run notebook 01 again"):
        Pictures(files, 12, keep=True)[EVERY]
