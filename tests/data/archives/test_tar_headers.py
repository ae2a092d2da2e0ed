"""Headers of tar archives that claim to be long, that go backwards, or that are missing."""

import bz2
import gzip
import io
import lzma
import tarfile
from pathlib import Path

import pytest

from auxiliary.data.archives.archive import unpack
from auxiliary.data.archives.tar_headers import LONGEST, MOST
from tests.archives import refusal

END = bytes(1024)
MEMORY = 2**24    # bytes; the headers below claim four times as much and more


def member(name: str = "cat/a.jpg", content: bytes = b"x", **fields) -> bytes:
    """A header and what follows it: `member(type=tarfile.XHDTYPE, content=b"...")`."""
    header = tarfile.TarInfo(name)
    header.size = len(content)
    for field, value in fields.items():
        setattr(header, field, value)
    return header.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512)


def pax(**fields: str) -> bytes:
    """An extension header with fields such as `size="5"`; dots are written as `__`."""
    records = []
    for name, value in fields.items():
        record = f" {name.replace('__', '.')}={value}\n"
        length = len(record) + len(str(len(record) + 3))
        records.append(f"{length}{record}")
    return member("PaxHeader", "".join(records).encode(), type=tarfile.XHDTYPE)


def refused(path: Path, content: bytes) -> str:
    """The error for an archive; checks that it takes little memory and leaves nothing."""
    path.write_bytes(content)
    return refusal(path, MEMORY)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
                                  tarfile.GNUTYPE_LONGLINK])
@pytest.mark.parametrize("first", [b"", member("first.jpg")])
def test_a_long_header_is_refused_before_it_is_read(tmp_path, kind, first):
    content = gzip.compress(first + member("long", bytes(2**26), type=kind) + member() + END, 1)
    assert "a header claims 67,108,864 bytes" in refused(tmp_path / "a.tgz", content)


def test_a_header_of_gigabytes_that_are_not_there(tmp_path):
    assert "bytes" in refused(tmp_path / "a.tar", member(type=tarfile.XHDTYPE, size=2**40) + END)


@pytest.mark.parametrize("sparse", [
    member(type=tarfile.GNUTYPE_SPARSE), pax(GNU__sparse__major="1", GNU__sparse__minor="0") + member()])
def test_a_sparse_file_is_refused_before_its_map_is_read(tmp_path, sparse):
    assert "sparse" in refused(tmp_path / "a.tgz", gzip.compress(sparse + bytes(2**26), 1))


def test_fields_for_all_files_are_bounded(tmp_path):
    each = [member("g", f"{len(f'9 {i:05}=1') + 1} {i:05}=1\n".encode(), type=tarfile.XGLTYPE) + member(f"{i}.jpg")
            for i in range(MOST + 2)]
    assert "fields" in refused(tmp_path / "a.tgz", gzip.compress(b"".join(each) + END))


def test_headers_behind_headers_have_an_end(tmp_path):
    assert refused(tmp_path / "a.tgz", gzip.compress(5000 * pax(comment="x") + member() + END))


@pytest.mark.parametrize("negative", [member(size=-512), member(size=-2**40), member(type=tarfile.XHDTYPE, size=-1),
                                      pax(size="-1024") + member()])
def test_a_negative_size_is_refused(tmp_path, negative):
    assert refused(tmp_path / "a.tar", member("first.jpg") + negative + END)


@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_an_archive_that_ends_between_two_files_or_goes_on_with_damage_is_refused(tmp_path, compress):
    files = member("cat/a.jpg") + member("cat/b.jpg")
    for damaged in (files, files + b"\1" * 512 + END, files[:-512] + END[:200]):
        assert refused(tmp_path / "a.tar", compress(damaged))


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_damaged_compression_is_refused(tmp_path, compress):
    noise = bytes((7 * i * i + i // 3) % 256 for i in range(200_000))
    whole = bytearray(compress(member(content=noise) + member("cat/b.jpg", noise) + END))
    for place in (len(whole) // 2, len(whole) - 20):
        damaged = whole[:place] + bytes(byte ^ 85 for byte in whole[place:place + 8]) + whole[place + 8:]
        assert str(tmp_path / "a") in refused(tmp_path / "a", bytes(damaged))
        assert str(tmp_path / "a") in refused(tmp_path / "a", bytes(whole[:place]))


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names_and_attributes_that_programs_write_are_read(tmp_path, form):
    header, file = tarfile.TarInfo("/".join(["ä" * 60] * 4) + "/a.jpg"), io.BytesIO()
    if form == tarfile.PAX_FORMAT:
        header.pax_headers = {"SCHILY.xattr.com.apple.provenance": "x" * (LONGEST // 2)}
    with tarfile.open(fileobj=file, mode="w:gz", format=form) as tar:
        tar.addfile(header)
    (tmp_path / "a.tgz").write_bytes(file.getvalue())
    folder = unpack(tmp_path / "a.tgz", tmp_path / "out")
    assert [path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg")] == [header.name]


def test_a_wrong_checksum_at_the_end_is_found(tmp_path):
    whole = bytearray(gzip.compress(member() + END + bytes(2**17)))
    whole[-8] ^= 1
    assert "CRC" in refused(tmp_path / "a.tgz", bytes(whole))


def test_what_follows_the_end_is_bounded(tmp_path):
    assert "follow its end" in refused(tmp_path / "a.tgz", gzip.compress(member() + END + bytes(2**25), 1))
