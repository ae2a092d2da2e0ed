"""The page without a browser: its output, its errors, and the files that it refuses."""

import asyncio
import shutil
from pathlib import Path

import pytest
from PIL import Image

from auxiliary.deploy.app.heat_map import SIDE
from auxiliary.deploy.app.models import Networks, Prediction, full_name
from auxiliary.runs.run import Run
from tests.images import encoded

gradio = pytest.importorskip("gradio", reason="gradio is not installed")

from auxiliary.deploy.app.page import NOT_KNOWN, Page  # noqa: E402


def build(networks: Networks, examples: dict, uploads: Path) -> Page:
    async def running() -> Page:
        return Page(networks, examples, uploads)

    # Without a running event loop Gradio creates loops that it never closes.
    return asyncio.run(running())


@pytest.fixture
def page(networks, tmp_path) -> Page:
    return build(networks, {}, tmp_path)


@pytest.fixture
def small(networks) -> str:
    """The name of the first network."""
    return full_name(networks.best("colours"))


def shown(page: Page, label: str) -> bool:
    """Whether the component of a label can be seen."""
    found, = (block for block in page.blocks.values() if getattr(block, "label", None) == label)
    return found.visible and (found.parent is None or found.parent.visible)


def truncated_jpeg() -> bytes:
    return encoded(Image.effect_noise((99, 99), 50), "JPEG")[:-500]


def uploaded(folder: Path, data: bytes) -> dict:
    """A file as Gradio passes it on."""
    (folder / "upload.jpg").write_bytes(data)
    return {"path": str(folder / "upload.jpg"), "meta": {"_type": "gradio.FileData"}}


def test_an_image_is_classified(page, small, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    probabilities, note, _ = page.respond(image, small)
    assert max(probabilities, key=probabilities.get) == tested["predicted"]
    assert sum(probabilities.values()) == pytest.approx(1) and note == ""


def test_the_evidence_is_shown_in_the_chosen_way(page, small, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    (grad_cam, _), (occlusion, remark) = (page.explain(image, small, way) for way in ("Grad-CAM", "occlusion"))
    assert grad_cam.shape == occlusion.shape == (SIDE, SIDE, 3)
    assert (grad_cam != occlusion).any() and remark


def test_without_an_answer_there_is_no_evidence(page, small, tmp_path):
    assert page.explain(None, small, "Grad-CAM") == (None, "")
    image = uploaded(tmp_path, b"hello")
    assert page.explain(image, small, "Grad-CAM") == (None, "")
    assert page.explain(image, "../small", "Grad-CAM") == (None, "")
    Path(image["path"]).unlink()
    assert page.explain(image, small, "Grad-CAM") == (None, "")


@pytest.mark.parametrize(("unlike", "said"), [(True, NOT_KNOWN), (False, ""), (None, "")])
def test_an_image_unlike_the_training_images_is_told(page, small, networks, tmp_path, monkeypatch, unlike, said):
    monkeypatch.setattr(networks, "predict", lambda *_: Prediction({"red": 1.0}, "", unlike))
    assert page.respond(uploaded(tmp_path, b"image"), small)[2] == said


def test_another_network_makes_another_prediction(page, small, trained_root, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    names = (small, full_name(trained_root.runs["frozen"]), small)
    first, other, again = (page.respond(image, name)[0] for name in names)
    assert first == again != other


@pytest.mark.parametrize(("data", "reason"), [
    (b"", "empty file"), (b"hello", "not an image"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
    (truncated_jpeg(), "truncated"), (b"P5 60000 60000 255\n", "absurdly large")])
def test_the_reason_is_shown_for_a_file_that_is_not_an_image(page, small, tmp_path, data, reason):
    probabilities, note, _ = page.respond(uploaded(tmp_path, data), small)
    assert probabilities == {}
    assert note.replace("\\", "").startswith(f"This file cannot be used as an image ({reason}")


def test_without_an_image_nothing_is_shown(page, small):
    assert page.respond(None, small) == ({}, "", "")


def test_an_unknown_network_and_a_deleted_image(page, small, tested, tmp_path):
    image = uploaded(tmp_path, Path(tested["filepath"]).read_bytes())
    assert page.respond(image, "../small")[1].startswith("unknown network")
    Path(image["path"]).unlink()
    assert page.respond(image, small)[1].startswith("the image is no longer stored here")


def test_a_choice_of_data_sets_only_where_there_are_several(page, both, tmp_path):
    assert not shown(page, "Data set")
    assert shown(build(both, {}, tmp_path), "Data set")


def test_another_data_set_changes_what_is_offered(both, tested, tmp_path):
    page = build(both, {name: [tested["filepath"]] for name in both.data_sets}, tmp_path)
    introduction, networks, *columns = page.choose("colours")
    assert "colours know 3 classes: blue, green, red" in introduction.replace("\\", "")
    assert networks.choices == both.choices("colours") and networks.value == both.choices("colours")[0][1]
    assert [column.visible for column in columns] == [True, False]
    assert "iris, fern, rose" in page.choose("flowers")[0].replace("\\", "")


def test_a_damaged_data_set_is_said_in_place_of_the_introduction(two_data_sets, tmp_path):
    models = shutil.copytree(two_data_sets / "models", tmp_path / "models")
    frozen, = (models / "colours").glob("frozen-*")
    networks = Networks(Run(models / "flowers" / "small-h0123456789ab"), [models / "colours", models / "flowers"])
    page = build(networks, {}, tmp_path)
    (frozen / "predictions-val.csv").write_text("damaged")
    introduction, choice, *_ = page.choose("colours")
    assert "was changed since training" in introduction and len(choice.choices) == 2


@pytest.mark.parametrize("hostile", [
    {"path": __file__}, {"path": "http://localhost/a.png", "meta": {"_type": "gradio.FileData"}}, {"path": None},
    [{"deeper": {"path": "/etc/hostname"}}], {"path": "UPLOADS/../secret"}])
def test_a_file_that_was_not_uploaded_is_refused(page, tmp_path, hostile):
    if isinstance(hostile, dict) and hostile["path"]:
        hostile = hostile | {"path": hostile["path"].replace("UPLOADS", str(tmp_path))}
    respond, = (function for function in page.fns.values() if function.name == "respond")
    with pytest.raises(gradio.Error, match="not uploaded here"):
        asyncio.run(page.preprocess_data(respond, [hostile, "small"], None))
