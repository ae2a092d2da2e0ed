"""Formats that files are known by, but cannot be read here: named by their first bytes, so that users can convert them.

Light, for worker processes.
"""

import re
import struct
import zlib

HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
# Brands of the container alone, whose images may be HEIF's or AVIF's.
CONTAINER_BRANDS = {b"mif1", b"mif2", b"msf1"}
AVIF_BRANDS = {b"avif", b"avis"}
UNUSUAL_TIFF = "TIFF, damaged or of an unusual kind"
# Where the signature begins, the signature, and the format's name.
SIGNATURES = [
    (0, b"\xff\x0a", "JPEG XL"), (0, b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (0, b"II\xbc", "JPEG XR"), (0, b"BPG\xfb", "BPG"), (0, b"qoif", "QOI"), (0, b"FLIF", "FLIF"),
    (0, b"8BPS", "Photoshop file"), (0, b"gimp xcf", "GIMP file"), (0, b"icns", "Apple icon"), (0, b"DDS ", "DDS"),
    (0, b"%PDF-", "PDF"), (0, b"%!PS", "PostScript"), (0, b"\xc5\xd0\xd3\xc6", "PostScript"),
    (0, b"AT&TFORM", "DjVu"), (0, b"\xd7\xcd\xc6\x9a", "WMF"), (40, b" EMF", "EMF"), (0, b"/* XPM */", "XPM"),
    (0, b"\x0a\x05\x01", "PCX"), (0, b"\x01\xda\x01", "SGI image"), (0, b"\x59\xa6\x6a\x95", "Sun raster"),
    (0, b"v/1\x01", "OpenEXR"), (0, b"#?RADIANCE", "Radiance HDR"), (0, b"#?RGBE", "Radiance HDR"),
    (0, b"SIMPLE  =", "FITS"), (0, b"\x89HDF\r\n\x1a\n", "HDF5"), (0, b"\x93NUMPY", "NumPy array"),
    (128, b"DICM", "DICOM"), (344, b"n+1\0", "NIfTI"), (344, b"ni1\0", "NIfTI"), (4, b"n+2\0", "NIfTI"),
    (4, b"ni2\0", "NIfTI"), (0, b"NRRD000", "NRRD"),
    (0, b"FUJIFILMCCD-RAW", "camera raw (RAF)"), (0, b"IIRO", "camera raw (ORF)"), (0, b"IIRS", "camera raw (ORF)"),
    (0, b"MMOR", "camera raw (ORF)"), (0, b"IIU\0", "camera raw (RW2)"), (0, b"FOVb", "camera raw (X3F)"),
    (0, b"\0MRM", "camera raw (MRW)"), (6, b"HEAPCCDR", "camera raw (CRW)"), (4, b"ftypcrx ", "camera raw (CR3)"),
    (4, b"ftyp", "video"), (4, b"moov", "video"), (4, b"mdat", "video"), (0, b"\x1aE\xdf\xa3", "video"),
    (8, b"AVI LIST", "video"), (0, b"\0\0\1\xba", "video"), (0, b"\0\0\1\xb3", "video"), (0, b"FLV\1", "video"),
    (0, b"0&\xb2u\x8ef\xcf\x11", "video"),
    (0, b"II*\0", UNUSUAL_TIFF), (0, b"MM\0*", UNUSUAL_TIFF),
    (0, b"II+\0", UNUSUAL_TIFF), (0, b"MM\0+", UNUSUAL_TIFF),
]
GZIP = b"\x1f\x8b"
# What an SVG file may begin with, behind a byte order mark and spaces.
SVG_START = re.compile(rb"(\xef\xbb\xbf)?\s*<(svg\b|\?xml|!doctype svg|!--)", re.IGNORECASE)
NEW_SUBFILE_TYPE, MAKE, DNG_VERSION = 254, 271, 50706    # tags of TIFF


def format_name(head: bytes) -> str:
    """The name of the format that a file begins like, "" if it is none of those known here.

    Args:
        head: the first bytes of the file, 4,096 or more if it has so many.
    """
    if head.startswith(GZIP):
        head = _unpacked(head)
    if _is_avif(head):
        return "AVIF, damaged or not supported here"
    if SVG_START.match(head) and b"<svg" in head[:4096] and b"<html" not in head[:4096].lower():
        return "SVG"
    return next((name for start, signature, name in SIGNATURES if head.startswith(signature, start)), "")


def is_heif(head: bytes) -> bool:
    """Whether a file begins like HEIF, which includes HEIC."""
    brands = _brands(head)
    return not _is_avif(head) and not brands.isdisjoint(HEIF_BRANDS | CONTAINER_BRANDS)


def camera_raw(head: bytes) -> str:
    """The name of a camera's raw format that begins like TIFF; "" for all others.

    What Pillow would read of such a file is a small preview that the camera put into it.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if not order:
        return ""
    if head.startswith(b"CR\x02\0", 8):
        return "camera raw (CR2)"
    tags = _tags(head, order)
    if DNG_VERSION in tags:
        return "camera raw (DNG)"
    # The first image of other people's files is no reduced version of another one.
    is_preview = tags.get(NEW_SUBFILE_TYPE, 0) & 1 and MAKE in tags
    return "camera raw (NEF, ARW or alike)" if is_preview else ""


def _tags(head: bytes, order: str) -> dict[int, int]:
    """The tags of a TIFF file's first image, with their values where these are numbers of 32 bits."""
    try:
        start, = struct.unpack_from(f"{order}I", head, 4)
        count, = struct.unpack_from(f"{order}H", head, start)
        entries = [struct.unpack_from(f"{order}HHII", head, start + 2 + 12 * number) for number in range(count)]
    except struct.error:    # they lie further back, where cameras do not put them
        return {}
    return {tag: value for tag, _, _, value in entries}


def _brands(head: bytes) -> set[bytes]:
    """The brands that a file of the ISO base media format says it is of."""
    if head[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[start:start + 4] for start in (8, *range(16, end, 4))}


def _is_avif(head: bytes) -> bool:
    brands = _brands(head)
    # The first is the major one: what the file should be read as.
    return not brands.isdisjoint(AVIF_BRANDS) and (head[8:12] in AVIF_BRANDS or brands.isdisjoint(HEIF_BRANDS))


def _unpacked(head: bytes) -> bytes:
    """What the first bytes of a gzip file hold, 4,096 bytes at most."""
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 4096)
    except zlib.error:
        return b""
