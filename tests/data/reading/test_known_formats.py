import gzip
import io
import struct

import pytest
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.data.catalogue import catalogue
from auxiliary.data.reading.decode import open_rgb
from auxiliary.data.reading.header import read_header
from auxiliary.data.reading.known_formats import camera_raw, format_name, is_heif
from tests.images import encoded


def box(*brands):
    """The first box of a file of the ISO base media format."""
    return struct.pack(">I", 12 + 4 * len(brands)) + b"ftyp" + brands[0] + b"\0" * 4 + b"".join(brands[1:])


def tiff(order, tags):
    """A TIFF file's head and its first image's tags, numbers of 32 bits."""
    entries = b"".join(struct.pack(f"{order}HHII", tag, 4, 1, value) for tag, value in tags.items())
    return (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HIH", 42, 8, len(tags)) + entries


FILES = {
    "JPEG XL": [b"\xff\x0a\x10\x20", b"\0\0\0\x0cJXL \r\n\x87\n" + box(b"jxl ")],
    "PDF": [b"%PDF-1.7\n"],
    "PostScript": [b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"],
    "Photoshop file": [b"8BPS\0\1" + bytes(20)],
    "SVG": [b"<svg width='9'/>", b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- a --><svg:x/><svg />",
            b"<!DOCTYPE svg PUBLIC ''>\n<svg>", gzip.compress(b"<svg/>", mtime=0)],
    "video": [box(b"isom", b"mp42"), box(b"qt  "), b"\x1aE\xdf\xa3" + bytes(9), b"RIFF\0\0\0\0AVI LIST"],
    "DICOM": [bytes(128) + b"DICM" + bytes(9)],
    "NIfTI": [bytes(344) + b"n+1\0", gzip.compress(bytes(344) + b"n+1\0" + bytes(10**6), mtime=0),
              b"\x1c\2\0\0n+2\0\r\n"],
    "camera raw (CR2)": [b"II*\0\x10\0\0\0CR\2\0" + bytes(20)],
    "camera raw (CR3)": [box(b"crx ", b"isom")],
    "camera raw (RAF)": [b"FUJIFILMCCD-RAW 0201"],
    "camera raw (ORF)": [b"IIRO\x08\0\0\0"],
    "camera raw (DNG)": [tiff("<", {254: 0, 50706: 1}), tiff(">", {254: 1, 271: 9, 50706: 1})],
    "camera raw (NEF, ARW or alike)": [tiff("<", {254: 1, 271: 9}), tiff(">", {254: 1, 271: 9})],
    "TIFF, damaged or of an unusual kind": [tiff("<", {256: 1})],
}
CASES = [(name, data) for name, files in FILES.items() for data in files]


@pytest.mark.parametrize(("name", "data"), CASES, ids=[name for name, _ in CASES])
def test_a_format_that_cannot_be_read_is_named(name, data):
    for read in (lambda: read_header(io.BytesIO(data)), lambda: open_rgb(data)):
        with pytest.raises(ImageError) as caught:
            read()
        assert str(caught.value) == f"{name}: cannot be read; convert it to JPEG or PNG"


def test_avif_is_named_where_pillow_lacks_it(monkeypatch):
    data = encoded(Image.new("RGB", (9, 9)), "AVIF")
    monkeypatch.setattr("PIL.AvifImagePlugin.SUPPORTED", False)
    with pytest.raises(ImageError, match=r"^AVIF, .*: cannot be read"):
        read_header(io.BytesIO(data))


@pytest.mark.parametrize("data", [
    b"", b"words", b"<html><svg></svg></html>", b"<!doctype html><svg>", b"<?xml version='1.0'?><html><svg/></html>",
    gzip.compress(b"words", mtime=0), b"\x1f\x8b", b"\x1f\x8brubbish", bytes(5000), b"PK\3\4"])
def test_others_are_no_image(data):
    assert format_name(data) == ""


@pytest.mark.parametrize(("data", "expected"), [
    (box(b"heic", b"mif1", b"heic"), True),
    (box(b"mif1", b"mif1", b"heic"), True),
    (box(b"msf1", b"hevc"), True),
    (box(b"heix"), True),
    (box(b"mif1"), True),
    (box(b"avif", b"mif1", b"miaf"), False),
    (box(b"mif1", b"avif"), False),
    (box(b"isom", b"mp42"), False),
    (b"\xff\xff\xff\xffftyp", False),
    (b"", False),
])
def test_heif_is_known_by_its_brands(data, expected):
    assert is_heif(data) == expected


@pytest.mark.parametrize("order", "<>")
def test_images_in_tiff_files_are_no_camera_raw(order):
    assert camera_raw(tiff(order, {254: 0, 271: 9})) == ""
    assert camera_raw(tiff(order, {254: 1})) == ""
    assert camera_raw(tiff(order, {271: 9})[:-1]) == ""
    assert camera_raw(b"II*\0") == ""


def test_tiff_files_are_read_as_before():
    """Also those of a camera's own software."""
    data = encoded(Image.new("RGB", (9, 9), "red"), "TIFF", tiffinfo={271: "Nikon", 254: 0})
    assert open_rgb(data).getpixel((0, 0)) == (255, 0, 0)


def test_the_catalogue_names_formats_whatever_a_file_is_called(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.jpg").write_bytes(FILES["JPEG XL"][0])
    (tmp_path / "cat" / "b.png").write_bytes(box(b"isom"))
    assert catalogue(tmp_path)["error"].tolist() == [
        "JPEG XL: cannot be read; convert it to JPEG or PNG", "video: cannot be read; convert it to JPEG or PNG"]
