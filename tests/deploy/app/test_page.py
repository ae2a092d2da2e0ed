"""The page without a browser: its output, its errors, and the files that it refuses."""

import asyncio
import io
import os
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from auxiliary.deploy.app.models import NO_EVIDENCE, SIDE

gradio = pytest.importorskip("gradio", reason="gradio is not installed")

from auxiliary.deploy.app.page import EXAMPLES, Page, example_images  # noqa: E402


@pytest.fixture
def page(networks, tmp_path) -> Page:
    async def build() -> Page:
        return Page(networks, [], tmp_path)

    # Without a running event loop Gradio creates loops that it never closes.
    return asyncio.run(build())


def truncated_jpeg() -> bytes:
    file = io.BytesIO()
    Image.effect_noise((99, 99), 50).save(file, "JPEG")
    return file.getvalue()[:-500]


def uploaded(folder: Path, data: bytes) -> dict:
    """A file as Gradio passes it on."""
    (folder / "upload.jpg").write_bytes(data)
    return {"path": str(folder / "upload.jpg"), "meta": {"_type": "gradio.FileData"}}


def test_an_image_is_classified(page, networks, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    probabilities, shown, note = page.respond(image, networks.first)
    assert max(probabilities, key=probabilities.get) == tested["predicted"]
    assert sum(probabilities.values()) == pytest.approx(1)
    assert shown.shape == (SIDE, SIDE, 3) and shown.dtype == "uint8" and note in ("", NO_EVIDENCE)


def test_another_network_makes_another_prediction(page, networks, trained_root, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    names = (networks.first, trained_root.runs["frozen"].id, networks.first)
    first, other, again = (page.respond(image, name)[0] for name in names)
    assert first == again != other


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty file"), (b"hello", "not an image"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    (truncated_jpeg(), "truncated"), (b"P5 60000 60000 255\n", "absurdly large")])
def test_the_reason_is_shown_for_a_file_that_is_not_an_image(page, networks, tmp_path, data, reason):
    probabilities, shown, note = page.respond(uploaded(tmp_path, data), networks.first)
    assert (probabilities, shown) == ({}, None)
    assert note.replace("\\", "").startswith(f"This file cannot be used as an image ({reason}")


def test_without_an_image_nothing_is_shown(page, networks):
    assert page.respond(None, networks.first) == ({}, None, "")


def test_an_unknown_network_and_a_deleted_image(page, networks, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    assert page.respond(image, "../small")[2].startswith("unknown network")
    Path(image["path"]).unlink()
    assert page.respond(image, networks.first)[2].startswith("the image is no longer stored here")


def test_examples_are_existing_images_of_different_classes(tmp_path):
    files = [tmp_path / f"{number}.png" for number in range(24)]
    for file in files[::2]:
        Image.new("RGB", (2, 2)).save(file)
    categories = [f"c{number // 2:02}" for number in range(24)]
    predictions = pd.DataFrame({"filepath": map(str, files), "category": categories})
    assert example_images(predictions, [tmp_path]) == [str(file) for file in files[::2][:EXAMPLES]]
    assert example_images(predictions[1::2], [tmp_path]) == []
    assert example_images(predictions, []) == []


def test_no_other_file_becomes_an_example(tmp_path, monkeypatch):
    """A run from elsewhere names files; `own` is where images may lie."""
    own, outside = tmp_path / "own", tmp_path / "outside"
    own.mkdir()
    outside.mkdir()
    Image.new("RGB", (2, 2)).save(outside / "secret.png")
    Image.new("RGB", (2, 2)).save(own / "fine.png")
    (own / "link.png").symlink_to(outside / "secret.png")
    (own / "folder").symlink_to(outside)
    (own / "circle.png").symlink_to(own / "circle.png")
    (own / "text.png").write_text("a password")
    os.mkfifo(own / "pipe.png")
    with (own / "huge.png").open("wb") as file:
        file.write((own / "fine.png").read_bytes())
        file.truncate(2**40)    # takes no space
    monkeypatch.chdir(outside)
    named = ["secret.png", outside / "secret.png", own / "link.png", own / "folder" / "secret.png", own / "circle.png",
             own / "text.png", own / "pipe.png", own / "huge.png", own / ".." / "outside" / "secret.png", own, "",
             "/etc/hostname", "/dev/zero", own / ("x" * 5000), f"{own}/a\0b.png", "file:///etc/hostname"]
    predictions = pd.DataFrame({"filepath": map(str, named), "category": [str(number) for number in range(len(named))]})
    assert example_images(predictions, [own]) == []
    (tmp_path / "linked").symlink_to(own)
    fine = predictions.assign(filepath=str(tmp_path / "linked" / "fine.png"))
    for folder in (own, tmp_path / "linked"):
        assert set(example_images(fine, [folder])) == {str(own / "fine.png")}


@pytest.mark.parametrize("hostile", [
    {"path": __file__}, {"path": "http://localhost/a.png", "meta": {"_type": "gradio.FileData"}}, {"path": None},
    [{"deeper": {"path": "/etc/hostname"}}], {"path": "UPLOADS/../secret"}])
def test_a_file_that_was_not_uploaded_is_refused(page, tmp_path, hostile):
    if isinstance(hostile, dict) and hostile["path"]:
        hostile = hostile | {"path": hostile["path"].replace("UPLOADS", str(tmp_path))}
    respond, = (function for function in page.fns.values() if function.name == "respond")
    with pytest.raises(gradio.Error, match="not uploaded here"):
        asyncio.run(page.preprocess_data(respond, [hostile, "small"], None))
