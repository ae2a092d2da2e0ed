"""Corrupted images in the report and on the slides."""

import pandas as pd
import pytest

from auxiliary.evaluation.corruptions import METHOD
from auxiliary.evaluation.robustness import CLEAN, COLUMNS
from auxiliary.project.open import open_dataset
from auxiliary.reporting.html.blocks import Chart, Prose, TitledTable
from auxiliary.reporting.html.report_data import read_report_data
from auxiliary.reporting.html.robustness_section import robustness_blocks, robustness_chart
from auxiliary.reporting.html.write import write_report, write_slides
from auxiliary.reporting.robustness import read_robustness


@pytest.fixture
def measured(make_root, finish):
    """A root with two runs whose robustness was measured, and the table."""
    root = make_root()
    runs = [finish(root, "small", wrong=2), finish(root, "frozen", wrong=0, stage="transfer", backbone="Tiny")]
    project = open_dataset("farm", root)
    table = pd.concat([pd.DataFrame({
        "stage": run.result.stage, "experiment": run.result.key, "run_id": run.result.run_id, "method": METHOD,
        "filepath": project.test["filepath"], CLEAN: 1, **dict.fromkeys(COLUMNS, number)})
        for number, run in enumerate(runs)], ignore_index=True)
    project.save_table(table, "robustness")
    return root, table


@pytest.mark.usefixtures("plain_charts")
def test_report_and_slides_show_what_was_measured(measured):
    root, _ = measured
    data = read_report_data(open_dataset("farm", root))
    sentence, chart, table, about = robustness_blocks(data)
    assert [type(block) for block in robustness_chart(data)] == [Chart, Prose]
    assert "small (from scratch) keeps 0% of its accuracy" in sentence.text
    assert isinstance(chart, Chart) and chart.narrow is not None and isinstance(table, TitledTable)
    assert "Hendrycks and Dietterich" in about.text
    page, deck = (write(open_dataset("farm", root)).read_text(encoding="utf-8")
                  for write in (write_report, write_slides))
    assert "<h2>Corrupted images</h2>" in page and "Accuracy in each corruption" in page
    assert "<h2>Corrupted images</h2>" in deck and "keeps 0% of its accuracy" in deck


def change_runs(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(run_id=table["run_id"].replace(table["run_id"].iloc[0], "small-hffffffffffff-20250101T000000"))


@pytest.mark.parametrize("change", [
    change_runs, lambda table: table.iloc[1:], lambda table: table[table["stage"] == "scratch"],
    lambda table: table.drop(columns="blur 3"), lambda table: table.assign(method=METHOD + 1),
    lambda table: table.assign(filepath="/elsewhere/a.png")],
    ids=["other run", "an image less", "one network", "other corruptions", "another version", "other images"])
def test_what_was_measured_of_something_else_is_not_shown(measured, change):
    root, table = measured
    project = open_dataset("farm", root)
    project.save_table(table, "robustness")
    assert read_robustness(project) is not None
    project.save_table(change(table), "robustness")
    data = read_report_data(open_dataset("farm", root))
    block, = robustness_blocks(data)
    assert isinstance(block, Prose) and "python -m auxiliary robustness farm" in block.text
    assert robustness_chart(data) == []
