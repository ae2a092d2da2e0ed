"""How the best networks answer for corrupted images, as blocks of a page."""

from auxiliary.reporting.html.blocks import Block, Chart, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.robustness import ABOUT, not_measured, robustness_sentences, robustness_table
from auxiliary.reporting.robustness_figure import robustness_figure
from auxiliary.reporting.tables import Table


def robustness_blocks(data: ReportData) -> list[Block]:
    """What was measured in words, as a figure and as a table; a sentence where nothing was."""
    if data.robustness is None:
        return [Prose(not_measured(data.project))]
    return [Prose(robustness_sentences(data.robustness)), _chart(data),
            TitledTable("Accuracy in each corruption", Table.from_frame(robustness_table(data.robustness))),
            Prose(ABOUT, small=True)]


def robustness_chart(data: ReportData) -> list[Block]:
    """The figure, and below it the words; no blocks where nothing was measured."""
    return [] if data.robustness is None else [_chart(data), Prose(robustness_sentences(data.robustness), small=True)]


def _chart(data: ReportData) -> Chart:
    figures = (robustness_figure(data.robustness, data.project.chance, narrow) for narrow in (False, True))
    return Chart("Accuracy by severity", *figures)
