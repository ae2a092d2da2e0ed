"""Tables of contents of zip archives that lie, are too long, or have names of other systems."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auxiliary.core.errors import UserError
from auxiliary.data.archives import zip_contents
from auxiliary.data.archives.archive import unpack
from tests.archives import refusal

MEMORY = 2**23    # bytes


class Named(zipfile.ZipInfo):
    """An entry whose name is written in another encoding, without the flag of UTF-8."""

    encoding = "utf-8"

    def _encodeFilenameFlags(self):
        return self.filename.encode(self.encoding), self.flag_bits


def make(path: Path, *names: str, encoding: str = "utf-8") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in names:
            info = Named("x")
            info.filename, info.encoding, info.compress_type = name, encoding, zipfile.ZIP_DEFLATED
            bundle.writestr(info, name.encode() * 99)
    return path


def refused(path: Path) -> str:
    """The error for an archive; checks that it takes little memory and leaves nothing."""
    return refusal(path, MEMORY)


def end_of(count: int, size: int, offset: int) -> bytes:
    """The end of a zip64 archive whose table claims so many entries and bytes."""
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, size, offset)
    return record + struct.pack("<IIQI", 0x07064B50, 0, offset + size, 1) + struct.pack(
        "<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)


def test_a_table_of_contents_that_is_too_long_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(zip_contents, "LONGEST", 1000)
    path = make(tmp_path / "a.zip", *(f"cat/{number}.jpg" for number in range(100)))
    assert "table of contents" in refused(path)


@pytest.mark.parametrize(("count", "size"), [(2**40, 2**40), (1, 2**62), (10**6, 46 * 10**6)])
def test_a_zip64_archive_that_lies_is_refused(tmp_path, count, size):
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(2 * 46 * 10**6)    # takes no space
        file.seek(0, 2)
        file.write(end_of(count, size, 46 * 10**6))
    assert refused(path)


def test_a_method_that_cannot_be_read_is_named_with_the_way_out(tmp_path):
    data = bytearray(make(tmp_path / "a.zip", "cat/a.jpg", "cat/b.jpg").read_bytes())
    for mark, place in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.find(mark) + place] = 98    # PPMd
    (tmp_path / "a.zip").write_bytes(data)
    assert "'cat/a.jpg' is packed in a way that cannot be read here" in refused(tmp_path / "a.zip")


def test_backslashes_between_folders(tmp_path):
    folder = unpack(make(tmp_path / "a.zip", "flowers\\cat\\a.jpg", "flowers\\dog\\b.jpg"), tmp_path / "out")
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.jpg")) == [
        "flowers/cat/a.jpg", "flowers/dog/b.jpg"]


def test_names_of_macos_are_read_without_a_word(tmp_path, capsys):
    folder = unpack(make(tmp_path / "a.zip", "雏菊/ä.jpg"), tmp_path / "out")
    assert (folder / "雏菊" / "ä.jpg").is_file()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("name", "encoding", "language"), [
    ("雏菊/玫瑰.jpg", "gbk", "Chinese"), ("表/ソース.jpg", "cp932", "Japanese"), ("café/thé.jpg", "cp437", "Western")])
def test_names_in_an_encoding_that_is_not_recorded_are_read_and_the_encoding_said(tmp_path, capsys, name, encoding,
                                                                                  language):
    folder = unpack(make(tmp_path / "a.zip", "cat/a.jpg", name, encoding=encoding), tmp_path / "out")
    assert (folder / name).is_file()
    assert f"a.zip does not record the encoding of its names: they are read as {language}" in capsys.readouterr().out


def test_names_in_an_unknown_encoding_are_refused(tmp_path):
    assert "encoding" in refused(make(tmp_path / "a.zip", "кошка/a.jpg", encoding="cp866"))


def test_a_recorded_encoding_is_not_guessed(tmp_path):
    stored = Named("x")
    stored.filename, stored.encoding = "狗/a.jpg", "gbk"
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as bundle:
        bundle.writestr(stored, b"")
        bundle.writestr("é/a.jpg", b"")      # with the flag of UTF-8
    folder = unpack(tmp_path / "a.zip", tmp_path / "out")
    assert sorted(path.name for path in folder.iterdir()) == ["é", "狗"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_damaged_is_a_sentence_or_unpacked_whole(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(make(folder / "a.zip", "cat/a.jpg", "dog/b.jpg").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "a.zip").write_bytes(content)
    try:
        unpack(folder / "a.zip", folder / "out")
    except UserError:
        assert [path.name for path in folder.iterdir()] == ["a.zip"]
