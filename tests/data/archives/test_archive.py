"""Archives are unpacked whole, or refused whole."""

import gzip
import io
import shutil
import stat
import struct
import tarfile
import zipfile
import zlib
from collections import namedtuple
from pathlib import Path

import pytest

from auxiliary.core.errors import UserError
from auxiliary.data.archives import archive
from auxiliary.data.archives.archive import unpack


def make_zip(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, content in files.items():
            bundle.writestr(name, content)
    return path


def make_tgz(path: Path, members: list[tarfile.TarInfo]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size))
    return path


def tar_member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname, member.size = kind, link, 3 if kind == tarfile.REGTYPE else 0
    return member


def refused(path: Path, folder: Path) -> str:
    before = sorted(folder.parent.iterdir())
    with pytest.raises(UserError) as caught:
        unpack(path, folder)
    assert sorted(folder.parent.iterdir()) == before, "a refused archive leaves nothing behind"
    return str(caught.value)


def test_unpacks_zip_and_leaves_out_what_macos_adds(tmp_path):
    path = make_zip(tmp_path / "a.zip", {"cat/ä b.jpg": b"1", "__MACOSX/cat/._a.jpg": b"2", "LICENSE.txt": b"3"})
    folder = unpack(path, tmp_path / "new" / "out")
    files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*.*")}
    assert files == {"cat/ä b.jpg": b"1", "LICENSE.txt": b"3"}
    assert [entry.name for entry in folder.iterdir() if entry.is_dir()] == ["cat"]


def test_unpacks_tar_gz_whatever_its_name(tmp_path):
    path = make_tgz(tmp_path / "images", [tar_member("dog", tarfile.DIRTYPE), tar_member("dog/a.jpg")])
    assert (unpack(path, tmp_path / "out") / "dog" / "a.jpg").read_bytes() == b"xxx"


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "cat/../../a.jpg", "..\\a.jpg", "C:\\a.jpg", "\\a.jpg",
                                  "//server/share/a.jpg", "\\\\server\\share\\a.jpg", "cat/..", "cat\\../..\\a.jpg"])
def test_names_that_leave_the_folder_are_refused(tmp_path, name):
    message = refused(make_zip(tmp_path / "a.zip", {"cat/fine.jpg": b"1", name: b"2"}), tmp_path / "out")
    assert "points outside" in message
    assert repr(name) in message
    assert "points outside" in refused(make_tgz(tmp_path / "a.tgz", [tar_member(name)]), tmp_path / "out")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE,
                                  tarfile.FIFOTYPE])
def test_links_and_devices_in_a_tar_are_refused(tmp_path, kind):
    path = make_tgz(tmp_path / "a.tgz", [tar_member("a.jpg"), tar_member("b.jpg", kind, link="a.jpg")])
    assert "'b.jpg' is a link or a device" in refused(path, tmp_path / "out")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_refused(tmp_path, kind):
    link = zipfile.ZipInfo("b.jpg")
    link.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as bundle:
        bundle.writestr("a.jpg", b"1")
        bundle.writestr(link, "/etc/passwd")
    assert "'b.jpg' is a link or a device" in refused(tmp_path / "a.zip", tmp_path / "out")


def test_a_file_behind_a_link_is_refused_with_the_link(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    path = make_tgz(tmp_path / "a.tgz", [tar_member("cat", tarfile.SYMTYPE, str(outside)), tar_member("cat/a.jpg")])
    assert "'cat' is a link" in refused(path, tmp_path / "out")
    assert list(outside.iterdir()) == []


def test_a_file_that_is_a_folder_too_leaves_nothing(tmp_path):
    path = make_zip(tmp_path / "a.zip", {"cat": b"1", "cat/a.jpg": b"2"})
    assert "cannot unpack" in refused(path, tmp_path / "out")


def test_what_comes_from_macos_cannot_lead_out_either(tmp_path):
    folder = unpack(make_zip(tmp_path / "a.zip", {"cat/a.jpg": b"1", "__MACOSX/../../a.jpg": b"2"}), tmp_path / "out")
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.jpg")] == ["out/cat/a.jpg"]
    assert folder.is_dir()


def test_archives_within_an_archive_stay_packed(tmp_path):
    inner = make_zip(tmp_path / "inner.zip", {"../a.jpg": b"1"}).read_bytes()
    folder = unpack(make_zip(tmp_path / "a.zip", {"cat/inner.zip": inner}), tmp_path / "out")
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["inner.zip"]


def test_a_file_twice_is_refused_because_one_would_be_lost(tmp_path):
    path = make_tgz(tmp_path / "a.tgz", [tar_member("cat/a.jpg"), tar_member("./cat/a.jpg")])
    assert "twice" in refused(path, tmp_path / "out")


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "UNSUSPICIOUS", 10**6)
    path = make_zip(tmp_path / "a.zip", {"zeros.bmp": bytes(2 * 10**6)})
    assert "over 100 times its size" in refused(path, tmp_path / "out")


def overlapping(path: Path, count: int, declared: int = 2**24) -> Path:
    """A zip of `count` files that are all the same 16 KiB, from which 16 MiB of zeros come."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(2**24)) + packer.flush()
    sizes = struct.pack("<III", zlib.crc32(bytes(2**24)), len(packed), declared)
    body = struct.pack("<IHHHHH", 0x04034B50, 20, 0, 8, 0, 0) + sizes + struct.pack("<HH", 5, 0) + b"0.jpg" + packed
    entry = (struct.pack("<IHHHHHH", 0x02014B50, 20, 20, 0, 8, 0, 0) + sizes
             + struct.pack("<HHHHHII", 5, 0, 0, 0, 0, 0, 0))
    contents = entry + b"0.jpg" + b"".join(entry + b"%05d" % number for number in range(1, count))
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(contents), len(body), 0)
    path.write_bytes(body + contents + end)
    return path


def test_a_real_bomb_is_refused_by_the_real_limits(tmp_path):
    path = overlapping(tmp_path / "a.zip", count=200)
    assert path.stat().st_size < 30_000     # and 3 GiB come out of it
    assert "refused, nothing was unpacked" in refused(path, tmp_path / "out")


def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path):
    assert "Bad CRC-32" in refused(overlapping(tmp_path / "a.zip", count=1, declared=1000), tmp_path / "out")


def test_a_tar_of_endless_zeros_is_refused_at_its_header(tmp_path):
    head = tarfile.TarInfo("zeros.bmp")
    head.size = 2**32
    (tmp_path / "a.tgz").write_bytes(gzip.compress(head.tobuf()) + 100 * gzip.compress(bytes(2**20)))
    assert "refused, nothing was unpacked" in refused(tmp_path / "a.tgz", tmp_path / "out")


def test_more_than_the_disk_has_space_for_is_refused(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**6, 10**6 - 10**5, 10**5))
    path = make_zip(tmp_path / "a.zip", {f"{i}.jpg": b"" for i in range(30)})   # small files take blocks, too
    assert "free on this disk" in refused(path, tmp_path / "out")


def test_damaged_files_are_named(tmp_path):
    whole = make_zip(tmp_path / "a.zip", {"cat/a.jpg": bytes(range(256)) * 40}).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:-30])
    assert "no zip or tar.gz archive, or is incomplete" in refused(tmp_path / "cut.zip", tmp_path / "o")
    (tmp_path / "flipped.zip").write_bytes(whole[:60] + b"\x00\x01\x02" + whole[63:])
    assert "flipped.zip" in refused(tmp_path / "flipped.zip", tmp_path / "o")


def test_a_truncated_tar_gz_leaves_nothing(tmp_path):
    whole = make_tgz(tmp_path / "a.tgz", [tar_member(f"cat/{i}.jpg") for i in range(500)]).read_bytes()
    (tmp_path / "cut.tgz").write_bytes(whole[:len(whole) // 2])
    assert "cut.tgz" in refused(tmp_path / "cut.tgz", tmp_path / "out")


def test_what_a_killed_process_left_is_cleared(tmp_path):
    (tmp_path / "out.partial").mkdir()
    (tmp_path / "out.partial" / "half.jpg").touch()
    folder = unpack(make_zip(tmp_path / "a.zip", {"cat/a.jpg": b"1"}), tmp_path / "out")
    assert not (folder / "half.jpg").exists()
    assert not (tmp_path / "out.partial").exists()


def test_an_existing_folder_is_not_overwritten(tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(UserError, match="exists already"):
        unpack(make_zip(tmp_path / "a.zip", {"cat/a.jpg": b"1"}), tmp_path / "out")


def test_an_archive_without_files_is_refused(tmp_path):
    (tmp_path / "zeros").write_bytes(bytes(10**6))
    assert "holds no files" in refused(tmp_path / "zeros", tmp_path / "out")
    assert "holds no files" in refused(make_zip(tmp_path / "a.zip", {}), tmp_path / "out")
    assert "holds no files" in refused(make_zip(tmp_path / "b.zip", {"cat/": b""}), tmp_path / "out")
