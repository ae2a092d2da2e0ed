"""Archives packed as Deflate64, whole, damaged, and longer than they say."""

import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest
from inflate64 import Deflater

from auxiliary.data.archives.archive import unpack
from auxiliary.data.archives.zip_deflate64 import DEFLATE64, extract
from tests.archives import refusal

MEMORY = 2**25    # bytes
CONTENT = random.Random(0).randbytes(10_000) + bytes(200_000)


def make(path: Path, content: bytes, packed: bytes = b"", length: int | None = None, flags: int = 0) -> Path:
    """An archive of one file, `cat/a.jpg`, with what is packed and the length that it claims replaced."""
    deflater = Deflater()
    packed = packed or deflater.deflate(content) + deflater.flush()
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("cat/a.jpg", packed)
    data = bytearray(path.read_bytes())
    facts = (zlib.crc32(content), len(packed), len(content) if length is None else length)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.rfind(mark) + place
        data[at:at + 4] = struct.pack("<HH", flags, DEFLATE64)
        data[at + 8:at + 20] = struct.pack("<III", *facts)
    path.write_bytes(data)
    return path


def test_a_file_is_unpacked_byte_by_byte(tmp_path):
    folder = unpack(make(tmp_path / "a.zip", CONTENT), tmp_path / "out")
    assert (folder / "cat" / "a.jpg").read_bytes() == CONTENT


def test_an_empty_file_and_a_folder_too(tmp_path):
    path = make(tmp_path / "a.zip", b"")
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr("dog/", b"")
    folder = unpack(path, tmp_path / "out")
    assert (folder / "cat" / "a.jpg").read_bytes() == b""
    assert (folder / "dog").is_dir()


@pytest.mark.parametrize("length", [0, 10, len(CONTENT) - 1, len(CONTENT) + 1])
def test_another_length_than_it_claims_is_refused(tmp_path, length):
    assert "'cat/a.jpg' is damaged" in refusal(make(tmp_path / "a.zip", CONTENT, length=length), MEMORY)


def test_a_bomb_stops_at_the_length_that_it_claims_and_takes_little_memory(tmp_path):
    deflater = Deflater()
    packed = deflater.deflate(bytes(2**28)) + deflater.flush()
    assert len(packed) < 2**14
    assert "damaged" in refusal(make(tmp_path / "a.zip", b"", packed, length=1000), MEMORY)


def test_no_byte_beyond_the_claimed_length_is_written(tmp_path):
    with zipfile.ZipFile(make(tmp_path / "a.zip", CONTENT, length=1000)) as bundle:
        entry, = bundle.infolist()
        with pytest.raises(zipfile.BadZipFile):
            extract(bundle, entry, tmp_path / "out")
    assert (tmp_path / "out" / "cat" / "a.jpg").stat().st_size <= 1000


def test_damage_is_refused(tmp_path):
    deflater = Deflater()
    packed = deflater.deflate(CONTENT) + deflater.flush()
    for number, bad in enumerate((packed[:-3], packed[:500] + b"\0\1\2\3" + packed[504:], b"\xff" + packed[1:])):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert refusal(make(folder / "a.zip", CONTENT, bad), MEMORY)


def test_a_password_is_named(tmp_path):
    assert "without a password" in refusal(make(tmp_path / "a.zip", CONTENT, flags=1), MEMORY)
