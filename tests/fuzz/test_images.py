"""Over 2,000 spoilt files through `catalogue` and `preprocess_images`: each becomes an image or has an error."""

import io
import os
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from auxiliary.data.clean import clean_table
from auxiliary.data.processing.processed_paths import SMALL, processed_paths
from auxiliary.data.reading.header import FORMATS
from auxiliary.data.tables import read_table, write_table

SIDE = 48
ODD = [
    "-rf", "--help.png", "a b.png", " a.png", "a.png ", "a.", "a..png", "...png", "..a.png", "a,b.png", '"a".png',
    "'a'.png", "a\nb.png", "\n", "a\r.png", "a\tb.png", "a\\b.png", "\\..\\a.png", "C:a.png", "%s%n{0}.png",
    "$(id).png", "`id`.png", "a;b&c|d.png", "<a>.png", "*?.png", "#.png", "~", "=1+1.png", "NA", "nan.png", "None",
    "CON.png", "a.png", "A.PNG", "A.png", "\u00e9.png", "e\u0301.png", "\u202egnp.a", "\U0001f408.png", "\ufeff.png",
    "\u2028.png", "\x1b[31m.png", "\x7f", "n" * 255, "\u00e4" * 125 + ".png", "n" * 250 + ".png", "n" * 249 + ".png.",
    "a.png.jpg", "a.png.png", "processed", "train", "test",
]


@pytest.fixture(scope="module")
def root(tmp_path_factory, spoilt, preprocessed) -> Path:
    """A root with spoilt files and odd names below `raw-img`, catalogued and preprocessed."""
    root = tmp_path_factory.mktemp("root")
    for number, file in enumerate(spoilt):
        path = root / "raw-img" / ("cat", "dog")[number % 2] / f"{number:04} {file.how}{file.suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    whole = next(file.content for file in spoilt if file.suffix == ".png")
    for category, names in (("=cat, \"the\"\n1", ODD), *((odd, ["a"]) for odd in ODD if not odd.startswith("."))):
        folder = root / "raw-img" / category
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_bytes(whole)
    (root / "raw-img" / "cat" / os.fsdecode(b"\xff.png")).write_bytes(whole)
    preprocessed(root)
    return root


@pytest.fixture(scope="module")
def overview(root) -> pd.DataFrame:
    return pd.read_json(root / "overview.json", dtype={"error": str}).reset_index(drop=True)


def files_below(folder: Path) -> set[str]:
    """Relative paths, spelt as the catalogue spells them."""
    paths = (os.fsencode(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return {path.decode("utf-8", "backslashreplace") for path in paths}


def test_every_format_that_is_read_is_spoilt(spoilt):
    kinds = set()
    for file in spoilt:
        if file.how == "whole":
            with Image.open(io.BytesIO(file.content)) as image:
                kinds.add(image.format)
    assert kinds == set(FORMATS)


def test_every_file_has_its_row(root, overview):
    raw = root / "raw-img"
    assert Counter(os.path.relpath(file, raw) for file in overview["filepath"]) == Counter(files_below(raw))
    assert len(overview) > 2000
    usable = (overview["error"] == "").mean()
    assert 0.3 < usable < 0.9, "the suite must hold enough of both"


def test_every_file_without_a_problem_is_an_image_of_the_right_size_and_nothing_else_is_there(root, overview):
    usable = overview[overview["error"] == ""]
    sources = [str(Path(file).relative_to(root / "raw-img")) for file in usable["filepath"]]
    made = processed_paths(zip(sources, usable["width"], usable["height"], strict=True))
    assert files_below(root / "processed") == set(made)
    for path, width, height in zip(made, usable["width"], usable["height"], strict=True):
        with Image.open(root / "processed" / path) as image:
            image.load()
            assert image.mode == "RGB", path
            if max(width, height) <= SMALL:
                # An orientation may have turned it.
                assert image.format == "PNG" and image.size in ((width, height), (height, width)), path
            else:
                assert image.format == "JPEG" and image.size == (SIDE, SIDE), path


def test_every_reason_is_one_short_line(root, overview):
    reasons = overview.loc[overview["error"] != "", "error"]
    assert all(reason.isprintable() and len(reason) < 130 and str(root) not in reason for reason in reasons)


def test_whole_images_are_never_lost_whatever_they_are_called(root, overview):
    lost = overview[overview["filepath"].str.contains(r"\d{4} (?:whole|wrong extension|text behind it)|/=cat")
                    & (overview["error"] != "")]
    assert lost["error"].tolist() == ["hidden file"] * sum(name.startswith(".") for name in ODD), lost["filepath"]


def test_the_tables_hold_every_name(root, overview):
    clean = clean_table(overview, root / "raw-img", root / "processed")
    assert len(clean) == (overview["error"] == "").sum()
    write_table(clean, root / "clean.csv")
    pd.testing.assert_frame_equal(read_table(root / "clean.csv"), clean)


def test_no_file_takes_10_seconds_and_one_process_makes_the_same(root, overview, preprocessed, tmp_path):
    (tmp_path / "raw-img").symlink_to(root / "raw-img")
    preprocessed(tmp_path, limit=10)
    alone = pd.read_json(tmp_path / "overview.json", dtype={"error": str}).reset_index(drop=True)
    assert alone["error"].tolist() == overview["error"].tolist()
    assert files_below(tmp_path / "processed") == files_below(root / "processed")
