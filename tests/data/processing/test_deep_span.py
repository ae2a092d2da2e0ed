"""One span for all deep images of a data set: found, printed, kept, and used for the images and for `predict`."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from auxiliary.data.catalogue import catalogue
from auxiliary.data.processing import deep_span
from auxiliary.data.processing.manifest import head_fingerprint, head_span, read_head, read_manifest
from auxiliary.data.processing.preprocess import preprocess_images

RAMP = np.linspace(0, 1, 80 * 90).reshape(80, 90)


@pytest.fixture
def save(tmp_path):
    """Writes an image of numbers below `raw-img`."""
    def saved(name, values):
        path = tmp_path / "raw-img" / "cat" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(values).save(path)

    return saved


@pytest.fixture
def run(tmp_path):
    """Preprocesses the images, and returns the overview."""
    def preprocessed():
        raw = tmp_path / "raw-img"
        return preprocess_images(catalogue(raw), raw, tmp_path / "processed", size=80)

    return preprocessed


def twelve_bits(low, high):
    return (low + RAMP * (high - low)).astype("uint16")


def pixels(tmp_path, name):
    with Image.open(tmp_path / "processed" / "cat" / f"{name}.jpg") as image:
        return np.asarray(image, float)[..., 0]


def test_all_deep_images_share_the_span_of_all(save, run, tmp_path, capsys):
    save("low.png", twelve_bits(96, 1000))
    save("high.tif", twelve_bits(2000, 4095))
    save("float.tif", twelve_bits(500, 900).astype("float32"))
    save("plain.png", (RAMP * 255).astype("uint8"))
    assert (run()["error"] == "").all()
    assert head_span(read_head(tmp_path / "processed")) == (96, 4095)
    assert "(3) are scaled by what they span together, 96 to 4095" in capsys.readouterr().out
    for name, low, high in (("low.png", 0, 904), ("high.tif", 1904, 3999), ("float.tif", 404, 804)):
        found = pixels(tmp_path, name)
        np.testing.assert_allclose((found.min(), found.max()), (low / 3999 * 255, high / 3999 * 255), atol=3)
    assert np.ptp(pixels(tmp_path, "plain.png")) > 250


def test_images_that_cannot_be_used_do_not_count(save, run, tmp_path):
    save("fine.png", twelve_bits(10, 1000))
    save("flat.png", np.full((80, 90), 60_000, "uint16"))
    save("nan.tif", np.where(RAMP > 0.5, np.nan, 1e6).astype("float32"))
    save("cut.png", twelve_bits(0, 50_000))
    cut = tmp_path / "raw-img" / "cat" / "cut.png"
    cut.write_bytes(cut.read_bytes()[:-100])
    errors = {Path(row.filepath).name: row.error for row in run().itertuples()}
    assert errors == {"fine.png": "", "flat.png": "one flat colour", "nan.tif": "holds values that are not numbers",
                      "cut.png": "truncated"}
    assert head_span(read_head(tmp_path / "processed")) == (10, 1000)


def test_one_file_that_is_far_off_does_not_spoil_the_others(save, run, tmp_path):
    for number in range(3):
        save(f"{number}.tif", (RAMP * 1000 - 10 * number).astype("float32"))
    save("far.tif", np.where(RAMP > 0.9, 1e30, RAMP).astype("float32"))
    assert (run()["error"] == "").all()
    assert head_span(read_head(tmp_path / "processed")) == (-20, 1000)


def test_another_span_makes_the_deep_images_anew_and_no_others(save, run, tmp_path):
    save("deep.png", twelve_bits(0, 1000))
    save("plain.png", (RAMP * 255).astype("uint8"))
    run()
    before, head = read_manifest(tmp_path / "processed")[1], head_fingerprint(tmp_path / "processed")
    plain = (tmp_path / "processed" / "cat" / "plain.png.jpg").stat().st_ino
    save("deeper.png", twelve_bits(0, 4000))
    run()
    after = read_manifest(tmp_path / "processed")[1]
    assert after["cat/deep.png.jpg"].content_hash != before["cat/deep.png.jpg"].content_hash
    assert (tmp_path / "processed" / "cat" / "plain.png.jpg").stat().st_ino == plain
    # Tables of the images as they were are no longer valid.
    assert head_fingerprint(tmp_path / "processed") != head
    assert pixels(tmp_path, "deep.png").max() < 70


def test_of_the_same_images_it_is_looked_for_once(save, run, tmp_path, monkeypatch, capsys):
    save("deep.png", twelve_bits(0, 1000))
    run()
    made = (tmp_path / "processed" / "cat" / "deep.png.jpg").stat().st_ino
    with monkeypatch.context() as patch:
        patch.delattr(deep_span, "found_span")
        run()
    assert (tmp_path / "processed" / "cat" / "deep.png.jpg").stat().st_ino == made
    assert capsys.readouterr().out.count("0 to 1000") == 2


def test_without_deep_images_there_is_none(save, run, tmp_path, capsys):
    save("plain.png", (RAMP * 255).astype("uint8"))
    run()
    assert head_span(read_head(tmp_path / "processed")) is None
    assert capsys.readouterr().out == ""
