"""The page without a browser: what it offers, what it says, and what it does not look at."""

import asyncio
import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from auxiliary.core.errors import ImageError
from auxiliary.deploy.app.models import NO_MAPS, NO_PLACE, SIDE, Networks, ask, under_heat
from auxiliary.deploy.app.page import MOST, examples
from auxiliary.runs.run import Run

gradio = pytest.importorskip("gradio", reason="gradio is not installed")

from auxiliary.deploy.app.page import Page  # noqa: E402


@pytest.fixture(scope="module")
def networks(trained_root) -> Networks:
    return Networks(trained_root.runs["small"])


@pytest.fixture
def page(networks, tmp_path) -> Page:
    async def made() -> Page:
        return Page(networks, [], tmp_path)

    # Outside of a loop Gradio makes loops that it never closes.
    return asyncio.run(made())


@pytest.fixture(scope="module")
def tested(trained_root) -> pd.Series:
    """A test image, and what `small` said of it when it was trained."""
    return trained_root.runs["small"].predictions.iloc[0]


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def uploaded(folder: Path, data: bytes) -> dict:
    """A file as Gradio hands it over."""
    (folder / "upload.jpg").write_bytes(data)
    return {"path": str(folder / "upload.jpg"), "meta": {"_type": "gradio.FileData"}}


def test_networks_of_the_data_set_are_offered_best_first(networks, trained_root):
    labels, names = zip(*networks.choices, strict=True)
    results = {run.id: run.result for run in trained_root.runs.values()}
    assert [results[name].val_accuracy for name in names] == sorted(
        (result.val_accuracy for result in results.values()), reverse=True)
    small = trained_root.runs["small"]
    assert f"small, validation accuracy {small.result.val_accuracy:.3f}" == labels[names.index(small.id)]


def test_the_class_of_an_image_is_named(page, networks, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    probabilities, shown, remark = page.respond(image, networks.first)
    assert max(probabilities, key=probabilities.get) == tested["predicted"]
    assert sum(probabilities.values()) == pytest.approx(1)
    assert shown.shape == (SIDE, SIDE, 3) and shown.dtype == "uint8" and remark in ("", NO_PLACE)


def test_another_network_says_something_else(page, networks, trained_root, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    said = [page.respond(image, name)[0] for name in (networks.first, trained_root.runs["frozen"].id, networks.first)]
    assert said[0] == said[2] != said[1]


def test_a_network_is_loaded_once_while_it_is_in_use(networks):
    assert networks.load(networks.first) is networks.load(networks.first)


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty file"), (b"hello", "not an image"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not an image"),
    (encoded(Image.effect_noise((99, 99), 50), "JPEG")[:-500], "truncated"),
    (b"P5 60000 60000 255\n", "absurdly large")])
def test_what_is_no_image_is_answered_by_a_sentence(page, networks, tmp_path, data, reason):
    said, shown, remark = page.respond(uploaded(tmp_path, data), networks.first)
    assert (said, shown) == ({}, None)
    assert remark.replace("\\", "").startswith(f"This file cannot be used as an image ({reason}")


def test_no_image_is_no_answer(page, networks):
    assert page.respond(None, networks.first) == ({}, None, "")


def test_an_unknown_network_and_a_deleted_image(page, networks, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    assert page.respond(image, "../small")[2].startswith("unknown network")
    Path(image["path"]).unlink()
    assert page.respond(image, networks.first)[2].startswith("the image is no longer kept here")


def test_a_network_without_feature_maps(networks, tested):
    import keras

    trained = networks.load(networks.first)
    flat = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")])
    answer = ask(replace(trained, model=flat), Path(tested["filepath"]).read_bytes())
    assert answer.shown is None and answer.remark == NO_MAPS
    assert max(answer.probabilities, key=answer.probabilities.get) == tested["predicted"]


def test_the_image_under_heat_is_upright_and_keeps_its_proportions():
    heat = np.zeros((2, 2))
    assert under_heat(encoded(Image.new("RGB", (1000, 500))), heat).shape == (SIDE // 2, SIDE, 3)
    assert under_heat(encoded(Image.new("L", (20, 10))), heat).shape == (10 * (SIDE // 20), 20 * (SIDE // 20), 3)
    lying = Image.new("RGB", (600, 300))
    lying.getexif()[0x0112] = 6     # to be turned by a quarter
    assert under_heat(encoded(lying, "JPEG", exif=lying.getexif()), heat).shape == (SIDE, SIDE // 2, 3)


def test_heat_colours_the_place_that_speaks():
    shown = under_heat(encoded(Image.new("RGB", (64, 64), "grey")), np.array([[1.0, 0.0]]))
    left, right = shown[32, 2].astype(int), shown[32, -2].astype(int)
    assert np.ptp(left) > 100 and np.ptp(right) == 0


def test_examples_are_of_different_classes_and_there(tmp_path):
    files = [tmp_path / f"{number}.png" for number in range(24)]
    for file in files[::2]:
        file.touch()
    categories = [f"c{number // 2:02}" for number in range(24)]
    predictions = pd.DataFrame({"filepath": map(str, files), "category": categories})
    assert examples(predictions) == [str(file) for file in files[::2][:MOST]]
    assert examples(predictions[1::2]) == []


def test_a_run_that_cannot_be_read_is_named_and_left_out(trained_root, tmp_path, capsys):
    root = shutil.copytree(trained_root.root / "models", tmp_path / "models")
    small, frozen = (root / "colours" / trained_root.runs[key].id for key in ("small", "frozen"))
    (frozen / "result.json").write_text("{}", encoding="utf-8")
    networks = Networks(Run(small))
    assert frozen.name not in dict(map(reversed, networks.choices))
    assert capsys.readouterr().out.startswith(f"left out: {frozen / 'result.json'} cannot be read")


@pytest.mark.parametrize("hostile", [
    {"path": __file__}, {"path": "http://localhost/a.png", "meta": {"_type": "gradio.FileData"}}, {"path": None},
    [{"deeper": {"path": "/etc/hostname"}}], {"path": "UPLOADS/../secret"}])
def test_no_file_is_read_that_was_not_uploaded(page, tmp_path, hostile):
    if isinstance(hostile, dict) and hostile["path"]:
        hostile = hostile | {"path": hostile["path"].replace("UPLOADS", str(tmp_path))}
    respond, = (function for function in page.fns.values() if function.name == "respond")
    with pytest.raises(gradio.Error, match="not uploaded here"):
        asyncio.run(page.preprocess_data(respond, [hostile, "small"], None))


def test_garbage_raises_before_a_network_is_asked(networks):
    with pytest.raises(ImageError, match="not an image"):
        networks.answer(b"GIF?", networks.first)
