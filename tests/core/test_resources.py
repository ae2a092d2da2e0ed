import resource
import shutil

import pandas as pd
import psutil
import pytest

from auxiliary.core import resources
from auxiliary.core.errors import UserError
from auxiliary.core.resources import allow_open_files, check_disk, check_memory, free_memory
from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing.preprocess import preprocess_images


@pytest.fixture
def disk(monkeypatch):
    """Sets how many bytes of the disk are free."""
    return lambda count: monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(0, 0, count))


def test_free_memory_is_plausible():
    assert 2**20 < free_memory() < 2**50


def test_full_disk_is_named_with_the_bytes_needed(tmp_path, disk):
    disk(10**6)
    with pytest.raises(UserError) as refusal:
        check_disk(tmp_path / "not" / "there", 2 * 10**9, "the features take")
    assert str(refusal.value).startswith(
        f"the features take at least 2.0 GB, and 1.0 MB are free on the disk of {tmp_path}: free some space")
    check_disk(tmp_path / "not" / "there", 10**6, "the features take")


def test_lack_of_memory_is_reported_with_the_bytes_needed(monkeypatch):
    monkeypatch.setattr(resources, "free_memory", lambda: 2 * 10**9)
    with pytest.raises(UserError, match=r"^training takes at least 2\.5 GB of memory, and 2\.0 GB are free: close"):
        check_memory(2.5e9, "training takes")
    check_memory(2e9, "training takes")


@pytest.fixture
def limit(monkeypatch):
    """The limit of open files, soft and hard, as a list that may be changed; that of this process stays."""
    limit = [1024, 4096]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limit))
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limit.__setitem__(slice(None), new))
    return limit


def test_the_limit_of_open_files_is_raised_where_it_is_too_low_and_no_further_than_the_system_allows(limit):
    allow_open_files(10)
    assert limit == [1024, 4096]
    allow_open_files(2000)
    assert 2000 < limit[0] < 4096 == limit[1]
    with pytest.raises(UserError, match="files are to be open at once, and this system allows 4,096"):
        allow_open_files(4000)
    limit[:] = [1024, resource.RLIM_INFINITY]
    allow_open_files(10_000)
    assert limit[0] > 10_000


@pytest.mark.parametrize(("limited", "expected"), [(2000, 2000), (2**62, None), (None, None)])
def test_limit_of_a_group_counts(monkeypatch, limited, expected):
    monkeypatch.setattr(resources, "free_in_groups", lambda: limited)
    assert free_memory() == (expected or pytest.approx(psutil.virtual_memory().available, rel=0.5))


def test_images_are_not_preprocessed_without_space(image_folder, tmp_path, disk):
    raw = image_folder({"cat": 3, "dog": 2}, size=100, suffix="jpg")
    overview = catalogue(raw)
    disk(5 * 6000 - 1)
    with pytest.raises(UserError, match="the processed images take at least"):
        preprocess_images(overview, raw, tmp_path / "processed", size=245)
    assert list((tmp_path / "processed").rglob("*.jpg")) == []
    disk(10**9)
    done = preprocess_images(overview, raw, tmp_path / "processed", size=245)
    # Existing images need no space.
    disk(0)
    pd.testing.assert_frame_equal(preprocess_images(overview, raw, tmp_path / "processed", size=245), done)
