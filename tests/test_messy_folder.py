"""A folder as people have it: phone photographs, scans and scientific TIFFs, and what lies among them."""

import io
import re

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw
from pillow_heif import from_pillow

from auxiliary.core.parallel import Processes
from auxiliary.data.catalogue import catalogue
from auxiliary.data.clean import clean_table
from auxiliary.data.processing.preprocess import preprocess_images
from auxiliary.reporting.data_overview import problem_table
from auxiliary.reporting.summaries import left_out_summary
from tests.images import encoded

SIZE = 96
random = np.random.default_rng(0)


def photograph(side=120) -> Image.Image:
    """Smooth noise: no two alike."""
    return Image.fromarray(random.integers(0, 255, (5, 7, 3), "uint8")).resize((side + 20, side), Image.BICUBIC)


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def heic() -> bytes:
    buffer = io.BytesIO()
    from_pillow(photograph()).save(buffer)
    return buffer.getvalue()


def with_zeros(jpeg: bytes) -> bytes:
    middle = len(jpeg) // 2
    return jpeg[:middle] + bytes(64) + jpeg[middle + 64:]


def icon(colour, alpha) -> Image.Image:
    image = Image.new("RGBA", (100, 100), (*colour, 0))
    ImageDraw.Draw(image).ellipse((20, 20, 80, 70), (*colour, alpha))
    return image


def without_alpha() -> Image.Image:
    image = photograph().convert("RGBA")
    image.putalpha(0)
    return image


def measured(kind, top) -> bytes:
    return encoded(Image.fromarray((np.asarray(photograph().convert("L")) / 255 * top).astype(kind)), "TIFF")


@pytest.fixture
def files():
    """The content of every file by its path, with what is said of it; "" where it is used."""
    jpeg, srgb = encoded(photograph(), "JPEG"), ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    not_a_number = np.full((100, 100), np.nan, "float32")
    pages = {"save_all": True, "append_images": [photograph(), photograph()]}
    return {f"{folder}/{number}.jpg": (encoded(photograph(), "JPEG"), "")
            for folder in ("phone", "scans", "lab") for number in range(4)} | {
        "phone/IMG_1.HEIC": (heic(), ""),
        "phone/turned.jpg": (encoded(photograph(), "JPEG", exif=turned()), ""),
        "phone/profile.jpg": (encoded(photograph(), "JPEG", icc_profile=srgb), ""),
        "phone/a name.without.end": (encoded(photograph(), "WEBP"), ""),
        "phone/bit rot.jpg": (with_zeros(jpeg), "damaged: .*"),
        "phone/half.jpg": (jpeg[:len(jpeg) // 2], "truncated|damaged.*"),
        "phone/empty.jpg": (b"", "empty file"),
        "phone/film.mov": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video: cannot be read.*"),
        "phone/.DS_Store": (b"x", "hidden file"),
        "scans/cmyk.jpg": (encoded(photograph().convert("CMYK"), "JPEG"), ""),
        "scans/fax.tif": (encoded(photograph().convert("1"), "TIFF", compression="group4"), ""),
        "scans/pages.tif": (encoded(photograph(), "TIFF", **pages), ""),
        "scans/palette.gif": (encoded(photograph().convert("P"), "GIF"), ""),
        "scans/blank.png": (encoded(Image.new("RGB", (100, 100), "white"), "PNG"), "one flat colour"),
        "scans/book.pdf": (b"%PDF-1.7\n", "PDF: cannot be read.*"),
        "scans/notes.jpg": (b"not an image", "not an image"),
        "lab/twelve bits.tif": (measured("uint16", 4095), ""),
        "lab/sixteen bits.tif": (measured("uint16", 60000), ""),
        "lab/float.tif": (measured("float32", 60000), ""),
        "lab/drawing.png": (encoded(icon((255, 255, 255), 255), "PNG"), ""),
        "lab/empty alpha.png": (encoded(without_alpha(), "PNG"), ""),
        "lab/no numbers.tif": (encoded(Image.fromarray(not_a_number), "TIFF"), "holds values that are not numbers"),
        "lab/array.npy": (b"\x93NUMPY\1\0", "NumPy array: cannot be read.*"),
        "read me.txt": (b"text", "outside every category folder"),
        "@eaDir/thumb.jpg": (jpeg, None),
    }


def test_every_file_is_used_or_named(files, tmp_path, capfd):
    folder = tmp_path / "raw"
    for name, (content, _) in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    overview = preprocess_images(catalogue(folder), folder, tmp_path / "processed", SIZE, pool=Processes(1))

    found = dict(zip(overview["filepath"].str.removeprefix(f"{folder}/"), overview["error"], strict=True))
    expected = {name: error for name, (_, error) in files.items() if error is not None}
    assert found.keys() == expected.keys()
    assert {name: found[name] for name, error in expected.items() if not re.fullmatch(error, found[name])} == {}
    clean = clean_table(overview, folder, tmp_path / "processed")
    assert len(clean) == sum(error == "" for error in expected.values())

    said, noise = capfd.readouterr()
    assert "scaled by what they span together" in said
    assert "several pages" in said
    # Names of stages; nothing comes from the libraries that read images.
    assert set(noise.split("\n")) <= {"catalogue", "measuring deep images", "preprocess", ""}
    lost = sum(error != "" for error in expected.values())
    assert f"{lost} of {len(expected)} files were left out" in left_out_summary(overview)
    assert problem_table(overview, folder)["files"].sum() == lost
