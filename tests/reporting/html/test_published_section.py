"""Published and measured accuracies in the report, from runs that are on disk."""

from dataclasses import replace

import pytest

from auxiliary.project.open import open_dataset
from auxiliary.reporting.html.blocks import Chart, Prose
from auxiliary.reporting.html.published_section import published_blocks
from auxiliary.reporting.html.report import report_sections
from auxiliary.reporting.html.report_data import read_report_data


@pytest.fixture(scope="module")
def data(make_root, finish):
    """A root with five experiments that have a published accuracy, and one that has none."""
    root = make_root()
    finish(root, "own", wrong=0)
    for number in range(5):
        finish(root, f"small{number}", number, published_accuracy=0.5 + number / 100)
    return read_report_data(open_dataset("farm", root))


def titles(data) -> list[str]:
    return [section.title for section in report_sections(data)]


def test_five_experiments_have_a_section_of_their_own(data):
    blocks = published_blocks(data)
    assert [type(block) for block in blocks] == [Chart, Prose]
    assert blocks[0].figure.get_suptitle().endswith("here: 60 images, 3 classes")
    assert "Published and measured" in titles(data)


def test_four_have_none(data):
    few = replace(data, results=data.results[data.results["key"] != "small0"])
    assert published_blocks(few) == []
    assert "Published and measured" not in titles(few)
