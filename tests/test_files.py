import os
import stat

import pytest

from auxiliary.files import absolute, write_atomically


def test_writes_text_as_it_is_and_makes_the_folder(tmp_path):
    write_atomically(tmp_path / "new" / "a.txt", "é\r\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"\xc3\xa9\r\n"


def test_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    for content in (b"first", b"2nd"):
        write_atomically(path, content, sync=False)
    assert path.read_bytes() == b"2nd"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_atomically(path, "old")

    def full_disk(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_takes_the_time_it_is_given_to_the_nanosecond(tmp_path):
    write_atomically(tmp_path / "a", b"", mtime_ns=1_234_567_890_123_456_789)
    assert (tmp_path / "a").stat().st_mtime_ns == 1_234_567_890_123_456_789


def test_others_may_read_it_as_far_as_the_umask_lets_them(tmp_path):
    before = os.umask(0o022)
    try:
        write_atomically(tmp_path / "a", "")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


def test_absolute_drops_dots_but_keeps_links(tmp_path, monkeypatch):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path)
    assert absolute("link/../link") == tmp_path / "link"
