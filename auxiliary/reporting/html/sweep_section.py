"""The grids of a profile as blocks of a page."""

from auxiliary.core.text import short
from auxiliary.reporting.html.blocks import Chart, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.sweep import find_sweeps, sweep_table
from auxiliary.reporting.sweep_figure import sweep_figure
from auxiliary.reporting.sweep_rows import swept_keys
from auxiliary.reporting.tables import Table
from auxiliary.runs.find import saved_val_answers

ABOUT = ("Validation images decide which combination is best. In brackets: the 95% interval of the validation "
         "accuracy, or the lowest and highest of several seeds. “Noise” is a difference to the best row that chance "
         "could explain, tested on the validation images as the leaderboard does on the test images, and corrected for "
         "the number of rows (Holm). Between two rows of one seed each it leaves out the spread between seeds. Only "
         "the chosen row has its test accuracy here: the highest of many would be too high.")


def sweep_blocks(data: ReportData) -> list[Chart | TitledTable | Prose]:
    """Validation accuracy over each grid with results of two combinations or more."""
    rows = data.results[data.results["key"].isin(swept_keys(data.results))]
    answers = saved_val_answers(rows, data.project.paths.models)
    blocks: list[Chart | TitledTable | Prose] = []
    for sweep in find_sweeps(rows, data.project.results, answers):
        name = short(sweep.name)
        if (figure := sweep_figure(sweep)) is not None:
            blocks.append(Chart(f"Grid of {name}", figure, sweep_figure(sweep, narrow=True)))
        blocks.append(TitledTable(f"Combinations of {name}", Table.from_frame(sweep_table(sweep)), sweep.sentence))
    return [*blocks, Prose(ABOUT, small=True)] if blocks else []
