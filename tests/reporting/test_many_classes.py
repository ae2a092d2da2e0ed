import numpy as np
import pandas as pd
import pytest
from matplotlib.backends import backend_agg
from PIL import Image

from auxiliary.reporting.confusion_map import CELLS, ROWS, confusion_map
from auxiliary.reporting.data_overview import class_figure, example_sheet
from auxiliary.reporting.html.blocks import Chart, Matrix
from auxiliary.reporting.html.run_section import confusion_blocks, score_table
from auxiliary.reporting.html.thumbnails import example_thumbnails
from auxiliary.reporting.many_classes import ENDS, MOST, SOME, each_of_some, ends, ends_sentence, some
from auxiliary.reporting.prediction_figures import calibration_figure, confusion_figure
from auxiliary.reporting.split_tables import split_table
from auxiliary.reporting.style import SAVED

LARGEST = 4600    # pixels of the longer side of a figure, whatever the number of classes


def names(classes: int) -> list[str]:
    return [f"class {number}" for number in range(classes)]


def predicted(classes: int, each: int = 2) -> pd.DataFrame:
    """Test images of each class, all correct but one of each class, which is taken for the next one."""
    label = np.repeat(np.arange(classes), each)
    answer = np.where(np.arange(len(label)) % each, label, (label + 1) % classes)
    probabilities = np.eye(classes)[answer]
    known = np.array(names(classes), object)
    table = pd.DataFrame({"filepath": "a.png", "category": known[label], "predicted": known[answer], "confidence": 1.0})
    return pd.concat([table, pd.DataFrame(probabilities, columns=[f"p:{name}" for name in known])], axis=1)


@pytest.fixture
def images(tmp_path):
    """Makes a table of as many images of each class, more of a later one; they share one file."""
    file = tmp_path / "red.png"
    Image.new("RGB", (8, 8), "red").save(file)

    def make(classes: int) -> pd.DataFrame:
        category = np.repeat(names(classes), np.arange(classes) // 50 + 1)
        return pd.DataFrame({"filepath": str(file), "category": category, "error": ""})

    return make


@pytest.mark.parametrize("classes", [MOST, MOST + 1, 1000])
@pytest.mark.parametrize("draw", [confusion_figure, calibration_figure])
def test_figures_of_predictions_have_a_largest_size(draw, classes):
    assert max(draw(predicted(classes)).get_size_inches()) * SAVED <= LARGEST


@pytest.mark.parametrize("classes", [MOST, MOST + 1, 1000])
@pytest.mark.parametrize("draw", [class_figure, example_sheet])
def test_figures_of_images_have_a_largest_size(draw, classes, images):
    assert max(draw(images(classes)).get_size_inches()) * SAVED <= LARGEST


def test_the_figure_is_not_drawn_while_it_is_made(monkeypatch):
    # Seaborn would draw it for each label, and keep all drawings: 3.5 GB for 40 classes.
    monkeypatch.setattr(backend_agg, "RendererAgg", None)
    assert len(confusion_figure(predicted(MOST)).axes[0].get_xticklabels()) == MOST


def test_the_map_has_all_pairs_and_the_list_the_commonest():
    predictions = predicted(300)
    worst = predictions["category"].isin(["class 7"])
    fig = confusion_figure(predictions.assign(predicted=predictions["predicted"].mask(worst, "class 200")))
    fig.draw_without_rendering()
    cells = np.asarray(fig.axes[0].images[0].get_array())
    # 300 classes need squares of 2 x 2 pairs; each shows its largest share.
    assert cells.shape == (150, 150)
    assert cells[3, 100] == 1 and cells[5, 5] == 0.5 and cells[80, 10] == 0
    texts = [text.get_text() for text in fig.axes[1].texts]
    assert texts[:8] == ["true class", "taken for", "images", "share", "class 7", "class 200", "2", "100%"]
    assert len(texts) == 4 * (1 + ROWS)
    assert fig.get_suptitle() == ("49.8% of 600 test images correct;\nmost common mistake, 2 times:\n"
                                  "class 7 predicted as class 200")


@pytest.mark.parametrize("classes", [41, 200, 201, 1000, 1001])
def test_the_map_has_a_largest_number_of_cells_and_no_class_is_lost(classes):
    axes = confusion_map(predicted(classes)).axes[0]
    cells = np.asarray(axes.images[0].get_array())
    assert len(cells) <= CELLS and (np.diag(cells) > 0).all()
    assert axes.get_xlim() == (-0.5, classes - 0.5)
    assert axes.images[0].get_extent()[1] >= classes - 0.5


def test_without_mistakes_nothing_is_listed():
    right = predicted(50).assign(predicted=lambda table: table["category"])
    fig = confusion_map(right)
    assert not fig.axes[1].texts
    assert fig.get_suptitle() == "100.0% of 100 test images correct"


def test_a_table_of_many_classes_has_its_two_ends():
    table = pd.DataFrame({"f1": np.arange(1000) / 1000, "images": 1}, index=names(1000))
    shown = ends(table, "f1")
    assert shown.index.to_list() == [*names(1000)[:-ENDS - 1:-1], *names(1000)[ENDS - 1::-1]]
    few = table.head(MOST)
    assert ends(few, "f1").equals(few)


def test_sentences_say_what_is_left_out():
    assert ends_sentence(1000, "best", "worst") == "The 10 best and the 10 worst of 1,000 classes."
    assert ends_sentence(MOST, "best", "worst") == ""
    assert (each_of_some(MOST), each_of_some(1000)) == ("each class", "each of 20 of 1,000 classes")


def test_some_classes_are_chosen_at_random_in_their_order():
    everything = names(1000)
    chosen = some(everything, random_state=1)
    assert len(chosen) == SOME and chosen == [name for name in everything if name in chosen]
    assert chosen == some(everything, random_state=1) != some(everything, random_state=2)
    assert some(everything[:MOST], random_state=1) == everything[:MOST]


def test_the_class_figure_says_which_bars_it_shows(images):
    fig = class_figure(images(1000))
    assert [bar.get_width() for bar in fig.axes[0].patches] == [20] * ENDS + [1] * ENDS
    assert fig.get_suptitle() == "10,500 images in 1,000 classes, 1 to 20 in each;\nthe 10 largest and the 10 smallest"


def test_examples_are_of_some_classes(images, tmp_path):
    fig = example_sheet(images(1000), per_class=1)
    assert len(fig.axes[0].get_yticks()) == SOME
    assert fig.get_suptitle() == "Up to 1 image of each of 20 of 1,000 classes, chosen at random"
    assert len(example_thumbnails(images(1000), tmp_path)) == SOME


def test_the_split_table_has_the_totals_of_all_classes(images):
    table = split_table(*[images(1000)] * 3)
    assert len(table) == 2 * ENDS + 1
    assert table.loc["total"].to_list() == [10_500, 10_500, 10_500, 31_500]


def test_the_report_shows_a_map_and_the_best_and_the_worst_classes():
    chart, table = confusion_blocks(predicted(MOST + 1))
    assert isinstance(chart, Chart) and len(table.table.rows) == ROWS
    assert [type(block) for block in confusion_blocks(predicted(MOST))] == [Matrix]
    scores = score_table(predicted(1000))
    assert scores.sentence == "The 10 best and the 10 worst of 1,000 classes."
    assert len(scores.table.rows) == 2 * ENDS


def test_names_beside_many_examples_are_whole(images):
    table = pd.concat([images(SOME)] * 8)
    fig = example_sheet(table.assign(category="species_of_something_" + table["category"]))
    fig.draw_without_rendering()
    assert min(label.get_window_extent().x0 for label in fig.axes[0].get_yticklabels()) >= 0
