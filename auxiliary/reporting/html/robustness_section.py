"""How the best networks answer for corrupted images, as blocks of a page."""

from auxiliary.reporting.html.blocks import Block, Chart, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.robustness import ABOUT, not_measured, robustness_sentences, robustness_table
from auxiliary.reporting.robustness_figure import robustness_figure
from auxiliary.reporting.tables import Table


def robustness_blocks(data: ReportData) -> list[Block]:
    """Figure and table; a sentence where it was not measured."""
    if data.robustness is None:
        return [Prose(not_measured(data.project))]
    return [*robustness_chart(data),
            TitledTable("Accuracy in each corruption", Table.from_frame(robustness_table(data.robustness))),
            Prose(ABOUT, small=True)]


def robustness_chart(data: ReportData) -> list[Block]:
    """The figure and what it says; no blocks where it was not measured."""
    if data.robustness is None:
        return []
    figures = (robustness_figure(data.robustness, data.project.chance, narrow) for narrow in (False, True))
    return [Prose(robustness_sentences(data.robustness)), Chart("Corrupted images", *figures)]
