"""The report as a file: its contents, and that it loads nothing."""

import base64
import io
import json
import math
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from auxiliary.core.errors import UserError
from auxiliary.evaluation.image_map import MOST
from auxiliary.project.open import open_dataset
from auxiliary.reporting import names
from auxiliary.reporting.html.blocks import Prose
from auxiliary.reporting.html.data_section import duplicate_blocks, suspect_blocks
from auxiliary.reporting.html.held_out_section import held_out_blocks
from auxiliary.reporting.html.image_map import BYTES, SIDE, _sheet
from auxiliary.reporting.html.map_section import map_blocks
from auxiliary.reporting.html.report_data import read_report_data
from auxiliary.reporting.html.results_section import key_facts, leaderboard_notes, score_chart
from auxiliary.reporting.html.run_section import mistakes, run_facts, training_chart
from auxiliary.reporting.html.thumbnails import example_thumbnails
from auxiliary.reporting.html.write import write_report, write_slides
from auxiliary.reporting.names import EXPLANATION
from auxiliary.runs import code
from auxiliary.runs.result import REFIT
from auxiliary.runs.results_csv import log_result
from auxiliary.runs.run import Run
from tests.names import NAMES

ADDRESS = re.compile(r"""(?:src|href)=["']([^"'#]+)|url\(["']?([^)"'#]+)|@import""")


@pytest.fixture(scope="module")
def page(farm) -> str:
    return write_report(open_dataset("farm", farm.root)).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def deck(farm) -> str:
    return write_slides(open_dataset("farm", farm.root)).read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["page", "deck"])
def test_it_loads_nothing(kind, request):
    text = request.getfixturevalue(kind)
    addresses = {first or second for first, second in ADDRESS.findall(text)}
    assert addresses and all(address.startswith("data:image/") for address in addresses)
    assert "<script src" not in text and "<link" not in text and "@import" not in text


@pytest.mark.parametrize("kind", ["page", "deck"])
def test_names_are_no_markup(kind, request):
    text = request.getfixturevalue(kind)
    assert "&lt;b&gt;cow" in text and "<b>cow" not in text
    assert "dog &amp; co" in text


def test_numbers_that_figures_show_in_place_of_names_are_explained(farm, page, plain_charts, monkeypatch):
    assert EXPLANATION not in page
    monkeypatch.setattr(names, "can_draw", lambda text: "cow" not in text)
    text = write_report(open_dataset("farm", farm.root)).read_text(encoding="utf-8")
    assert re.search(EXPLANATION + r".*\(class 0\)</td><td[^>]*>&lt;b&gt;cow", text, re.DOTALL)


def test_the_summary_comes_first(page):
    heading, sentence = re.search(r'<h1>(.+?)</h1>\n<p class="lead">(.+?)</p>', page).groups()
    assert heading == "farm"
    assert sentence.startswith("On farm (6 test images") and "frozen" in sentence and "large" in sentence


def test_the_first_part_says_which_files_were_left_out(page):
    assert "1 of 61 files were left out: not an image (1). By class: cat 1 of 21." in page.partition("<nav")[0]


def test_the_report_has_all_sections(page):
    assert {"Results", "Accuracy and cost", "Training and mistakes", "Data", "Reproducibility"} <= set(
        re.findall(r"<h2>(.+?)</h2>", page))
    for text in ("1 of 61 files were left out", "not an image", "Scores per class", "calibration error", "Grad-CAM",
                 "Output and parameters by formula", "None of 60 images has a near-duplicate", "0123456789ab",
                 "python -m auxiliary report farm"):
        assert text in page, text


def test_files_have_the_paths_of_the_users_own(page, tmp_path_factory):
    assert ">cat/notes.txt</td>" in page
    assert re.search(r"<p><b>cat 0.80</b><br>is &lt;b&gt;cow<br>&lt;b&gt;cow/\d+.png</p>", page)
    assert "processed/" not in page and str(tmp_path_factory.getbasetemp()) not in page


def test_published_accuracy_is_a_column_of_the_leaderboard(page):
    assert ">published</th>" in page and ">0.700</td>" in page


def test_the_best_network_says_how_many_others_are_as_good(make_root, finish):
    root = make_root()
    for key, named in (("a", "a"), ("b", "a (as good on validation images: 1 other)"),
                       ("c", "a (as good on validation images: 2 others)")):
        finish(root, key)
        data = read_report_data(open_dataset("farm", root))
        assert dict(key_facts(data).pairs)["best network"] == named


def test_rows_that_are_no_single_network_and_image_are_explained_below_the_leaderboard(make_root, finish):
    root = make_root()
    for settings, note in (({}, []), ({"tta": "mirror"}, ["b: mean over several views of an image (tta)."])):
        finish(root, "b" if settings else "a", **settings)
        notes = [block.text for block in leaderboard_notes(read_report_data(open_dataset("farm", root)))]
        assert [text for text in notes if "(tta)" in text] == note


def test_the_gallery_of_suspects_says_how_many_there_are_and_what_its_numbers_mean(make_root, finish):
    root = make_root()
    finish(root, "small")
    project = open_dataset("farm", root)
    clean = project.table("clean").head(8)
    suspects = clean.assign(suggested="cat", self_confidence=0.1, confidence=0.23, split="train", group=range(8))
    number = "The number is the classifier's confidence in the class that it suggests, from 0 to 1."
    for rows, shown in ((suspects, "6 of 8 are shown."), (suspects.head(3), "All are shown."),
                        (suspects.head(3).assign(group=[4, 4, 5]), "2 of 3 are shown, of near-duplicates one.")):
        found, gallery, how, command = suspect_blocks(SimpleNamespace(project=project, clean=clean, suspects=rows))
        assert gallery.sentence == f"{shown} {number} data/farm/suspects.csv lists all."
        # Prose is shown as it is.
        assert "`" not in found.text + how.text and command.text == (
            "python -m auxiliary serve --dataset farm --root DIR")


def test_the_figures_of_held_out_classes_name_the_worst_first():
    found = pd.DataFrame({"category": ["cat", "dog"], "images": [10, 8], "auroc": [0.9512, 0.85], "caught": [0.8, 0.5],
                          "false_alarms": [0.05, 0.07], "caught_at_5": [0.8, 0.5], "backbone": "Tiny"})
    sentence, table, _ = held_out_blocks(SimpleNamespace(held_out=found))
    assert "On average 65% of its test images are caught, with 6% false alarms (AUROC 0.901, features of Tiny)" in (
        sentence.text)
    assert [[cell.text for cell in row] for row in table.table.rows] == [
        ["dog", "0.850", "50%", "7%", "8"], ["cat", "0.951", "80%", "5%", "10"]]
    assert held_out_blocks(SimpleNamespace(held_out=None)) == []


def test_the_map_has_every_image_and_its_words(page, deck):
    drawn = re.search(r'<figure class="map".+?</figure>', page, re.DOTALL)[0]
    titles = re.findall(r"<title>(.+?)</title>", drawn, re.DOTALL)
    assert len(titles) == 18 and drawn.count("<path") == 1 and drawn.count('class="ring"') == 1
    assert re.fullmatch(r"&lt;b&gt;cow\ntaken for cat 0.80\nvalidation image &lt;b&gt;cow/\d+.png", titles[-1])
    assert "\nsuspect label, suggested cat\n" in titles[-2]
    sheet = Image.open(io.BytesIO(base64.b64decode(re.search("data:image/webp;base64,([^)]+)", drawn)[1])))
    assert sheet.size == (320, 256)
    assert "<h2>Map of the images</h2>" in deck


def test_without_places_or_with_those_of_other_images_the_report_says_that_there_is_no_map(farm, make_root, finish):
    root = make_root()
    finish(root, "small")
    project, other = open_dataset("farm", root), open_dataset("farm", farm.root)
    for _ in range(2):
        block, = map_blocks(read_report_data(project))
        assert block.text.startswith("There is no map: ")
        project.save_table(other.table("map").assign(filepath="/elsewhere/a.png"), "map")


def test_the_sheet_of_a_full_map_leaves_room_for_the_rest_of_a_report():
    noise = np.random.default_rng(0).integers(0, 256, (MOST, SIDE, SIDE, 3), "uint8")
    assert len(_sheet(list(noise), 39)) < 4 / 3 * BYTES + 30


def test_each_run_has_its_curves_and_confusion_matrix(page):
    assert page.count('class="matrix"') == 3
    assert page.count('aria-label="Best validation accuracy 0.650, in epoch 3 of 3"') == 3


def test_the_chart_of_all_experiments_has_every_seed(make_root, finish):
    root = make_root()
    first = finish(root, "small", wrong=1)
    other = Run(first.folder.with_name("small-fedcba987654"))
    shutil.copytree(first.folder, other.folder)
    history = other.history
    other.save_history(history.assign(val_accuracy=history["val_accuracy"] - 0.2))
    other.finish(first.result.model_copy(update={"seed": 1, "run_id": f"{other.id}-20260101T000000"}))
    log_result(other.result, root / "results.csv")
    data = read_report_data(open_dataset("farm", root))
    assert [frame["val_accuracy"].max() for frame in data.histories(data.results.iloc[0])] == pytest.approx(
        [0.65, 0.45])
    assert "0.550 (mean of the best epochs of 2 seeds)" in score_chart(data).figure.get_suptitle()


@pytest.mark.usefixtures("plain_charts")
def test_epochs_and_time_of_a_child_are_its_own(make_root, finish):
    root = make_root()
    pages = []
    for key, settings in (("small", {}), ("child", {"parent": "small", "epochs": 2, "epochs_total": 5})):
        finish(root, key, **settings)
        pages.append(write_report(open_dataset("farm", root)).read_text(encoding="utf-8"))
    assert "Epochs” are" not in pages[0] and "Epochs” are those of the experiment itself" in pages[1]
    assert "2 epochs, 12 s, after that of small" in pages[1]


@pytest.mark.parametrize(("settings", "said"), [
    ({}, "3 epochs, 12 s"), ({"parent": "small"}, "3 epochs, 12 s, after that of small"),
    ({"parent": "small", "refit": REFIT}, "3 epochs, 12 s, from fresh weights"),
    ({"parent": "small", "epochs": 0, "trainable_parameters": 0}, "none, the weights of small"),
    ({"epochs": 0, "trainable_parameters": 0}, "none, the initial weights")])
def test_the_facts_say_from_which_weights_a_run_was_trained(make_root, finish, settings, said):
    root = make_root()
    finish(root, "run", **settings)
    data = read_report_data(open_dataset("farm", root))
    assert dict(run_facts(data, data.results.iloc[0])[0].pairs)["training"] == said


def test_the_settings_of_a_run_are_shown_if_they_are_set(make_root, finish):
    root = make_root()
    finish(root, "plain", label_smoothing=0.0)
    finish(root, "rich", wrong=2, sizes="16, 24", optimizer="sgd(0.9)", schedule="cosine", tta="mirror", seed=7,
           label_smoothing=0.1, averaging="ema(0.998)", class_weight="balanced", patience=3)
    data = read_report_data(open_dataset("farm", root))
    plain, rich = (dict(run_facts(data, row)[0].pairs) for _, row in data.results.iterrows())
    assert {"learning rate": "0.01", "batch size": "1", "seed": "0"}.items() <= plain.items()
    assert rich | {"sizes": "16, 24", "optimizer": "sgd(0.9)", "schedule": "cosine", "tta": "mirror", "seed": "7",
                   "label smoothing": "0.1", "averaging": "ema(0.998)", "class weight": "balanced",
                   "patience": "3"} == rich
    assert not {"sizes", "tta", "label smoothing", "averaging", "class weight", "patience"} & set(plain)


def test_a_logistic_regression_is_shown_with_its_strength_in_place_of_epochs(make_root, finish):
    root = make_root()
    run = finish(root, "fitted", stage="transfer", network="logistic", epochs=0, epochs_total=0, optimizer="",
                 schedule="", learning_rate=math.nan, train_seconds=4.0)
    run.save_strengths(pd.DataFrame({"C": [0.01, 0.1], "accuracy": 0.9, "loss": 0.3, "val_accuracy": 0.8,
                                     "val_loss": [0.5, 0.6], "chosen": [True, False]}))
    run.finish(run.result)
    data = read_report_data(open_dataset("farm", root))
    row = data.results.iloc[0]
    facts = dict(run_facts(data, row)[0].pairs)
    assert facts["training"] == "logistic regression, C = 0.01, 4 s"
    assert not {"learning rate", "optimizer", "schedule"} & set(facts)
    assert training_chart(data, row).figure.get_suptitle() == "Lowest validation loss 0.500, at C = 0.01"


def test_two_figures_share_no_identifier(page):
    names = re.findall(r'\bid="([^"]+)"', page)
    assert len(names) > 100 and len(names) == len(set(names))
    assert {name for name in re.findall(r'xlink:href="#([^"]+)"|url\(#([^)]+)\)', page) if name} and all(
        (one or two) in set(names) for one, two in re.findall(r'xlink:href="#([^"]+)"|url\(#([^)]+)\)', page))


def test_figures_use_the_colours_of_the_page(page):
    drawings = "".join(re.findall(r"<svg.+?</svg>", page, re.DOTALL))
    assert "var(--blue)" in drawings and "var(--line)" in drawings
    assert not re.search("#0072b2|#ffffff|#dddddd", drawings, re.IGNORECASE)


def test_the_deck_goes_from_the_data_to_the_conclusion(deck):
    chapters = re.findall(r'<section class="slide"><p class="eyebrow">(.+?)</p>', deck)
    assert list(dict.fromkeys(chapters)) == ["Data", "CNNs from scratch", "Transfer learning", "Conclusion"]
    assert "Best: large" in deck and "Second best: small" in deck


def test_near_duplicates_across_the_publishers_parts_are_counted(farm):
    data = read_report_data(open_dataset("farm", farm.root))
    assert not any("parts" in block.text for block in duplicate_blocks(data) if isinstance(block, Prose))
    divided = replace(data)
    # All are identical.
    vars(divided)["clean"] = data.clean.assign(publisher_split=["train", *["test"] * (len(data.clean) - 1)], group=0)
    said = [block.text for block in duplicate_blocks(divided) if isinstance(block, Prose)]
    assert "Near-duplicates across the publisher's parts: 59 of 59 test images have one" in said[1]


def test_the_same_results_make_the_same_file(farm, page):
    assert write_report(open_dataset("farm", farm.root)).read_text(encoding="utf-8") == page


def test_neither_tensorflow_nor_a_model_is_needed(farm):
    script = (f"import sys; sys.argv[1:] = ['report', '--root', {str(farm.root)!r}]; import auxiliary.__main__ as m\n"
              "try: m.main()\nexcept SystemExit as exit_: assert not exit_.code\n"
              "print(sorted({'tensorflow', 'keras'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(farm.root / "assets" / "farm" / "report.html"), "[]"]


@pytest.mark.usefixtures("plain_charts")
def test_the_command_comes_from_the_executed_notebooks(make_root, finish):
    root = make_root()
    finish(root, "small")
    notebook = root / "assets" / "farm" / "02-scratch-cnns.ipynb"
    notebook.parent.mkdir(parents=True)
    given = {"profile": "flowers", "experiments": "small*", "overrides": {"dataset": "~/my farm", "epochs": 2}}
    notebook.write_text(json.dumps({"cells": [], "metadata": {"papermill": {"parameters": given}}}))
    assert ("python -m auxiliary run flowers --experiments &#39;small*&#39; -p dataset &#39;~/my farm&#39; -p epochs 2 "
            "--root DIR" in write_report(open_dataset("farm", root)).read_text(encoding="utf-8"))


def test_the_command_can_be_pasted_into_a_shell(make_root, finish):
    root = make_root()
    finish(root, "small")
    notebook = root / "assets" / "farm" / "02-scratch-cnns.ipynb"
    notebook.parent.mkdir(parents=True)
    data = read_report_data(open_dataset("farm", root))
    for name in NAMES:
        given = {"profile": f"{name}.yaml", "experiments": name, "overrides": {"dataset": name, "seeds": [0, 1]}}
        notebook.write_text(json.dumps({"metadata": {"papermill": {"parameters": given}}}))
        assert shlex.split(data.command) == ["python", "-m", "auxiliary", "run", f"{name}.yaml", "--experiments", name,
                                             "-p", "dataset", name, "-p", "seeds", "[0, 1]", "--root", "DIR"]


@pytest.mark.usefixtures("plain_charts")
def test_runs_without_a_folder_or_a_result_are_listed(make_root, finish):
    root = make_root()
    whole, lacking = finish(root, "whole"), finish(root, "lacking", wrong=3)
    lacking.folder.rename(root / "elsewhere")
    (whole.folder.with_name("begun-0123456789ab")).mkdir()
    (whole.folder.with_name("begun-0123456789ab") / "recipe.json").write_text("{}")
    page = write_report(open_dataset("farm", root)).read_text(encoding="utf-8")
    assert ("experiments that were not trained here: lacking "
            "(python -m auxiliary results farm --shipped --root DIR).") in page
    assert page.count('class="matrix"') == 1
    assert "Not shown, because unfinished: begun-0123456789ab" in page


@pytest.mark.usefixtures("plain_charts")
def test_results_without_any_run_folder_are_listed(make_root, finish):
    root = make_root()
    finish(root, "small").folder.rename(root / "elsewhere")
    page = write_report(open_dataset("farm", root)).read_text(encoding="utf-8")
    assert "Not shown in detail" in page and ">small<" in page
    assert "No run can be shown: their folders are missing." in page


UNKNOWN = dict.fromkeys(["accuracy", "val_accuracy", "accuracy_low", "accuracy_high"], float("nan"))


@pytest.mark.parametrize("write", [write_report, write_slides])
@pytest.mark.parametrize("others", [("small",), ()])
@pytest.mark.usefixtures("plain_charts")
def test_a_run_that_diverged_is_listed_without_an_accuracy(make_root, finish, write, others):
    root = make_root()
    for key in others:
        finish(root, key)
    finish(root, "wild", diverged="in epoch 2", **UNKNOWN)
    page = write(open_dataset("farm", root)).read_text(encoding="utf-8")
    assert "diverged in epoch 2" in page and "wild: " not in page
    assert "because training diverged and no accuracy is claimed: wild." in page
    assert "folders are missing" not in page


@pytest.mark.usefixtures("plain_charts")
def test_a_run_of_other_code_says_so(make_root, finish, monkeypatch):
    root = make_root()
    finish(root, "small")
    monkeypatch.setattr(code, "code_fingerprint", lambda: "h0123456789ab")
    page = write_report(open_dataset("farm", root)).read_text(encoding="utf-8")
    assert "small: trained by other code, commit unknown; --retrain trains it anew." in page


def test_missing_data_sets(farm, make_root, tmp_path):
    with pytest.raises(UserError, match="holds no data set: run a profile first"):
        write_report(open_dataset(None, tmp_path))
    with pytest.raises(UserError, match="did you mean 'farm'"):
        write_report(open_dataset("fram", farm.root))
    empty = make_root()
    (empty / "models" / "farm").mkdir(parents=True)
    with pytest.raises(UserError, match="holds no finished run on the images of farm"):
        write_report(open_dataset("farm", empty))
    (empty / "models" / "other").mkdir()
    with pytest.raises(UserError, match=r"name one: farm, other$"):
        write_report(open_dataset(None, empty))
    with pytest.raises(UserError, match="does not hold the images split"):
        write_report(open_dataset("other", empty))


def test_a_damaged_result_is_named_with_the_way_out(make_root, finish):
    root = make_root()
    run = finish(root, "small")
    (run.folder / "result.json").write_text('{"model_id": ')
    with pytest.raises(UserError, match=r"result.json is damaged.*remove the folder"):
        write_report(open_dataset("farm", root))


def secret_image(folder: Path) -> Path:
    """An image that must not be in any page; its size tells it from others."""
    Image.new("RGB", (77, 77), "red").save(folder / "secret.png")
    return folder / "secret.png"


@pytest.mark.parametrize("name", ["{secret}", "../../../{secret}", "/data/farm/processed/../../../{secret}",
                                  "{root}/data/farm/processed/../../../../{secret}"])
def test_a_run_from_elsewhere_cannot_put_other_files_into_the_report(make_root, finish, tmp_path, name):
    root = make_root()
    run = finish(root, "small", wrong=1)
    table = run.predictions
    table.loc[0, "filepath"] = name.format(secret=secret_image(tmp_path), root=root)
    run.save_predictions("test", table)
    run.finish(run.result)    # with the right checksum
    data = read_report_data(open_dataset("farm", root))
    with pytest.raises(UserError, match=r"is no image below .+/data/farm/processed"):
        mistakes(data, data.results.iloc[0])


def test_nor_can_a_link_among_the_images(make_root, finish, tmp_path):
    root = make_root()
    run = finish(root, "small", wrong=1)
    shown = Path(run.predictions["filepath"][0])
    shown.unlink()
    shown.symlink_to(secret_image(tmp_path))
    data = read_report_data(open_dataset("farm", root))
    with pytest.raises(UserError, match=f"{shown.name} is no image below"):
        mistakes(data, data.results.iloc[0])
    with pytest.raises(UserError, match="is no image below"):
        example_thumbnails(data.clean, data.project.paths.processed, per_class=99)


def test_a_root_that_was_moved_shows_the_same_images(make_root, finish, tmp_path):
    root = make_root()
    finish(root, "small", wrong=3)
    data = read_report_data(open_dataset("farm", root))
    before = mistakes(data, data.results.iloc[0])
    root.rename(tmp_path / "moved")
    data = read_report_data(open_dataset("farm", tmp_path / "moved"))
    assert mistakes(data, data.results.iloc[0]) == before
    predictions = data.predictions[data.results["run_id"][0]]
    assert predictions["group"].to_list() == data.project.test["group"].to_list()


@pytest.fixture
def log(make_root, finish):
    """A root with an own run and rows that shipped: their folders are gone. `log("small", "large")`"""
    def log(*keys: str, own: str = "small") -> Path:
        root = make_root()
        for key in keys:
            run = finish(root, key, device="another machine", commit="fedcba987654", learning_rate=0.5,
                         run_id=f"{key}-hffffffffffff-20250101T000000")
            run.folder.rename(root / key)
        if own:
            finish(root, own, wrong=2)
        return root

    return log


@pytest.mark.usefixtures("plain_charts")
def test_a_shipped_row_stands_beside_the_own_one(log):
    root = log("small", "large")
    data = read_report_data(open_dataset("farm", root))
    assert data.results["key"].tolist() == ["small"] and data.remark == ""
    page = write_report(open_dataset("farm", root)).read_text(encoding="utf-8")
    assert re.search(r"<th[^>]*>shipped</th>", page) and "1 experiment, best" in page
    for text in ("another machine", "fedcba987654", "learning_rate (0.5, here 0.01)"):
        assert text in page
    assert "experiments that were not trained here: large (" in page
    deck = write_slides(open_dataset("farm", root)).read_text(encoding="utf-8")
    assert "Shipped: the same experiment, not trained here. *: its settings, images or version are others." in deck
    # What is said of the run's own machine does not mix the two.
    assert "a processor, another machine" not in page and "another machine, a processor" not in page


@pytest.mark.parametrize("write", [write_report, write_slides])
@pytest.mark.usefixtures("plain_charts")
def test_where_no_run_is_own_it_is_said(log, write):
    page = write(open_dataset("farm", log("small", "large", own=""))).read_text(encoding="utf-8")
    assert "No own run of farm is in models/" in page and "large" in page
    assert not re.search(r"<th[^>]*>shipped</th>", page)


@pytest.mark.parametrize(("given", "way_out"), [
    (None, "python -m auxiliary run --root {} and the folder or the profile of farm"),
    ({"profile": "images", "overrides": {"dataset": "/my/farm"}},
     "python -m auxiliary run images -p dataset /my/farm --root {}")])
def test_without_a_run_the_way_out_fits_a_folder_of_ones_own(make_root, given, way_out):
    root = make_root()
    (root / "models" / "farm").mkdir(parents=True)
    if given:
        notebook = root / "assets" / "farm" / "01-preprocessing.ipynb"
        notebook.parent.mkdir(parents=True)
        notebook.write_text(json.dumps({"metadata": {"papermill": {"parameters": given}}}))
    with pytest.raises(UserError, match=re.escape(f"({way_out.format(root)})")):
        write_report(open_dataset("farm", root))
