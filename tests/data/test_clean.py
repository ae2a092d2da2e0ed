import hashlib
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.data.catalogue import COLUMNS, catalogue
from auxiliary.data.clean import clean_table
from auxiliary.data.processing.preprocess import preprocess_images


def image(path, size=(90, 80)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.linear_gradient("L").resize(size).save(path)
    return path


def made(folder, names=None):
    """The overview of a folder's `raw-img` after preprocessing, and the two folders."""
    raw, processed = folder / "raw-img", folder / "processed"
    return preprocess_images(catalogue(raw, names), raw, processed, size=32), raw, processed


def test_a_row_is_about_the_processed_file(tmp_path):
    image(tmp_path / "raw-img" / "train" / "cane" / "a.PNG")
    image(tmp_path / "raw-img" / "test" / "cane" / "b.bmp", (20, 10))
    df = clean_table(*made(tmp_path, {"cane": "dog"}))
    assert list(df.columns) == [*COLUMNS, "phash", "thumbnail", "original", "label"]
    small, large = (tmp_path / "processed" / name for name in ("test/cane/b.bmp.png", "train/cane/a.PNG.jpg"))
    common = {"category": "dog", "mode": "RGB", "channels": 3, "error": "", "label": 0}
    for row, file, expected in (
            (df.iloc[0], small, {"format": "png", "width": 20, "height": 10, "publisher_split": "test",
                                  "original": "test/cane/b.bmp"}),
            (df.iloc[1], large, {"format": "jpg", "width": 32, "height": 32, "publisher_split": "train",
                                  "original": "train/cane/a.PNG"})):
        content = file.read_bytes()
        expected |= common | {"filepath": str(file), "bytes": len(content),
                              "content_hash": hashlib.blake2b(content, digest_size=16).hexdigest()}
        assert row[list(expected)].to_dict() == expected


def test_it_is_the_catalogue_of_the_processed_files(tmp_path):
    """Also in the order of rows, which the split depends on; suffixes change that of the raw files."""
    for name in ("cat/a", "cat/a-b", "cat/a.b/c.png", "cat/a.png", "dog/x.gif"):
        path = image(tmp_path / "raw-img" / f"{name}.png", (30, 20))
        path.rename(tmp_path / "raw-img" / name)
    df = clean_table(*made(tmp_path))
    pd.testing.assert_frame_equal(df[list(COLUMNS)], catalogue(tmp_path / "processed"))
    order = [Path(file).relative_to(tmp_path / "processed").as_posix() for file in df["filepath"]]
    assert order == ["cat/a-b.png", "cat/a.b/c.png.png", "cat/a.png", "cat/a.png.png", "dog/x.gif.png"]


def test_categories_are_numbered_in_alphabetical_order(tmp_path):
    for name in ("cane/a.jpg", "gatto/b.jpg", "ape/c.jpg", "ape/d.jpg"):
        image(tmp_path / "raw-img" / name)
    (tmp_path / "raw-img" / "ape" / "d.jpg").write_text("no image")
    df = clean_table(*made(tmp_path, {"cane": "dog", "gatto": "cat", "ape": "bee"}))
    assert dict(zip(df["category"], df["label"], strict=True)) == {"bee": 0, "cat": 1, "dog": 2}
    assert df["label"].dtype == "int64"


def test_categories_with_numbers_are_numbered_as_people_count(tmp_path):
    for name in ("class10", "class2", "class1"):
        image(tmp_path / "raw-img" / name / "a.png")
    df = clean_table(*made(tmp_path))
    assert dict(zip(df["category"], df["label"], strict=True)) == {"class1": 0, "class2": 1, "class10": 2}


def test_an_image_that_was_not_processed_is_named(tmp_path):
    image(tmp_path / "raw-img" / "cat" / "a.png")
    _, raw, processed = made(tmp_path)
    changed = image(raw / "cat" / "a.png", (70, 70))
    with pytest.raises(UserError, match=rf"^{changed} has no processed image .*--only 01"):
        clean_table(catalogue(raw), raw, processed)


def test_an_overview_without_a_usable_image_is_an_error(tmp_path):
    (tmp_path / "raw-img" / "cat").mkdir(parents=True)
    (tmp_path / "raw-img" / "cat" / "a.jpg").write_text("no image")
    with pytest.raises(UserError, match="no usable images"):
        clean_table(catalogue(tmp_path / "raw-img"), tmp_path / "raw-img", tmp_path / "processed")
