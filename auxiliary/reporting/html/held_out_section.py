"""How many images of a class that a network never saw are told to be unlike its own, as blocks of a page."""

from auxiliary.evaluation.limit import UNLIKE
from auxiliary.reporting.html.blocks import Block, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.tables import Table

PERCENT = "{:.0%}".format
EXPLANATION = ("AUROC is the share of pairs of an image of the class and one of another class in which the former is "
               "the more unlike: 0.5 is chance. “Caught” is the share of the class above the limit, which 95% of the "
               "validation images of the other classes are below. “False alarms” is the share of the test images of "
               "the other classes above it. The method and the final layer that it takes, a logistic regression, are "
               "fitted anew without the class. The pre-trained backbone is not, and may have seen such images.")


def held_out_blocks(data: ReportData) -> list[Block]:
    """The figures of each class that was held out, the worst first; no blocks if none was."""
    found = data.held_out
    if found is None or found.empty:
        return []
    found = found.sort_values("auroc")
    caught, alarms, auroc = found[["caught", "false_alarms", "auroc"]].mean()
    sentence = ("A network names one of its classes for every image. predict, the page and exports say where an "
                f"image is {UNLIKE}. To measure that, each class was held out in turn. On average {caught:.0%} of its "
                f"test images are caught, with {alarms:.0%} false alarms (AUROC {auroc:.3f}, features of "
                f"{found['backbone'].iloc[0]}).")
    table = found.assign(auroc=found["auroc"].map("{:.3f}".format), caught=found["caught"].map(PERCENT),
                         false_alarms=found["false_alarms"].map(PERCENT))
    table = table[["category", "auroc", "caught", "false_alarms", "images"]].rename(columns={
        "category": "held-out class", "auroc": "AUROC", "false_alarms": "false alarms", "images": "test images"})
    return [Prose(sentence), TitledTable("Each class held out", Table.from_frame(table), "The worst first."),
            Prose(EXPLANATION, small=True)]
