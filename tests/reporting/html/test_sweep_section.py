"""The grids of a profile in the report, from runs that are on disk and rows alone."""

import pytest

from auxiliary.project.open import open_dataset
from auxiliary.reporting.html.blocks import Chart, Prose, TitledTable
from auxiliary.reporting.html.report import report_sections
from auxiliary.reporting.html.report_data import read_report_data
from auxiliary.reporting.html.sweep_section import sweep_blocks


@pytest.fixture(scope="module")
def data(make_root, finish):
    """A root with a grid over one number, one over two settings, and an experiment of its own."""
    root = make_root()
    finish(root, "alone", wrong=1)
    for wrong, rate in ((4, 1e-4), (0, 1e-3), (1, 1e-2)):
        finish(root, f"small_lr{rate:.0e}".replace("e-0", "e-"), wrong, model_id="small", learning_rate=rate,
               val_images=12)
    for wrong, (rate, batch) in enumerate([(0.1, 8), (0.1, 16), (0.01, 8), (0.01, 16)]):
        finish(root, f"large_lr{rate:g}_batch{batch}", wrong, model_id="large", learning_rate=rate, batch_size=batch,
               val_images=12)
    return read_report_data(open_dataset("farm", root))


def test_each_grid_has_a_figure_and_a_table(data):
    blocks = sweep_blocks(data)
    assert [type(block) for block in blocks] == [Chart, TitledTable, Chart, TitledTable, Prose]
    titles = {block.title for block in blocks[:4]}
    assert titles == {"Grid of small", "Combinations of small", "Grid of large", "Combinations of large"}


def test_the_section_stands_in_the_report_and_grids_are_no_ladders(data):
    titles = [section.title for section in report_sections(data)]
    assert "Grids" in titles and "Step by step" not in titles


def test_rows_are_compared_image_by_image_on_the_validation_images(data):
    table = next(block for block in sweep_blocks(data) if block.title == "Combinations of small")
    against = [row[table.table.headings.index("against the best")].text for row in table.table.rows]
    assert against[1] == "best" and not any("unpaired" in text for text in against)


def test_a_report_without_grids_has_no_such_section(farm):
    assert sweep_blocks(read_report_data(open_dataset("farm", farm.root))) == []
