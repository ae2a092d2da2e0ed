"""Published and measured accuracies as blocks of a page."""

from auxiliary.reporting.html.blocks import Chart, Prose
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.published_figure import published_figure
from auxiliary.reporting.published_rows import LEAST, published_rows, untrained

ABOUT = ("Published are accuracies that somebody else reported, measured under other conditions, such as other test "
         "images. Intervals cover the choice of the test images here, not the spread between seeds. The rank "
         "correlations, Spearman's rho and Kendall's tau, are 1 where both put the experiments in the same order, and "
         "0 where neither tells anything about the other. Experiments that were trained with other settings than the "
         "profile's, such as fewer epochs, are drawn too.")


def published_blocks(data: ReportData) -> list[Chart | Prose]:
    """Published against measured accuracies, where at least five experiments have both."""
    rows = published_rows(data.results)
    if (~untrained(rows)).sum() < LEAST:
        return []
    images = sum(map(len, data.splits))
    return [Chart("Published and measured", *(published_figure(data.results, images, narrow)
                                              for narrow in (False, True))), Prose(ABOUT, small=True)]
