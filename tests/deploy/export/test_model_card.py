"""Model cards: their figures are those of the run, and their program works."""

import re

import pytest
from ruamel.yaml import YAML

from auxiliary.deploy.export.marks import MARKDOWN, is_marked_text
from auxiliary.deploy.export.model_card import model_card
from auxiliary.evaluation.metrics import per_class
from auxiliary.runs.run import Run

HEADINGS = ["Model Details", "Uses", "Bias, Risks, and Limitations", "How to Get Started with the Model",
            "Training Details", "Evaluation", "Environmental Impact", "Technical Specifications", "Citation"]


@pytest.fixture(scope="module")
def card(trained_root):
    return lambda key: model_card(trained_root.runs[key], "onnx", f"{key}.onnx", f"{key}.py", ["speed: fast"])


def test_headings_and_metadata_are_those_of_hugging_face(card, trained_root):
    text, result = card("small"), trained_root.runs["small"].result
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS
    head = YAML(typ="safe").load(text.split("---\n")[1])
    assert (head["license"], head["pipeline_tag"], head["metrics"]) == ("unknown", "image-classification",
                                                                        ["accuracy", "f1"])
    figures = {each["type"]: each["value"] for each in head["model-index"][0]["results"][0]["metrics"]}
    assert figures == {"accuracy": result.accuracy, "f1": result.macro_f1}
    assert is_marked_text(text.encode(), MARKDOWN)
    assert not is_marked_text(text.replace("fast", "slow").encode(), MARKDOWN)


def test_figures_are_those_of_the_run(card, trained_root):
    run = trained_root.runs["small"]
    text, result = card("small"), run.result
    assert (f"| accuracy | {result.accuracy:.3f} | {result.accuracy_low:.3f} to {result.accuracy_high:.3f} | "
            f"{result.test_images} |") in text
    assert f"network as trained | {result.ece:.3f} |" in text
    for category, row in per_class(run.predictions).iterrows():
        assert f"| {category} | {row['precision']:.3f} | {row['recall']:.3f} |" in text
    assert "42 images for training, 12 for validation, 6 for the test" in text
    assert "- speed: fast" in text


def test_near_duplicates_and_weights(card, trained_root, tmp_path, monkeypatch):
    assert "near-duplicates of training images" not in card("small")
    assert "from random weights" in card("small")
    result = trained_root.runs["frozen"].result
    other = result.model_copy(update={"test_duplicates": 2, "accuracy_without_duplicates": 0.75,
                                      "backbone": "EfficientNetLite0"})
    monkeypatch.setattr(Run, "result", other)
    text = card("frozen")
    # By hand: the Wilson interval of 3 of 4.
    assert "| accuracy without near-duplicates of training images | 0.750 | 0.301 to 0.954 | 4 |" in text
    assert "2 of 6 test images have a near-duplicate" in text
    assert "EfficientNetLite0: apache-2.0" in text and "license: apache-2.0" in text


def test_calibration_is_only_claimed_where_there_was_any(card, trained_root, monkeypatch):
    run = trained_root.runs["small"]
    wrong = run.val_predictions.copy()
    wrong.loc[0, "category"] = next(name for name in wrong["category"] if name != wrong.loc[0, "predicted"])
    right = wrong.assign(category=wrong["predicted"])
    for predictions, claimed in ((wrong, True), (right, False)):
        monkeypatch.setattr(Run, "val_predictions", predictions)
        text = card("small")
        assert ("Probabilities are calibrated on validation images" in text) == claimed
        assert ("could not be calibrated" in text) != claimed
