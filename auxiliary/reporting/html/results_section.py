"""The results as blocks of a page: which network to take, and how sure that is."""

import pandas as pd

from auxiliary.core.text import counted
from auxiliary.reporting.comparison import answer, leaderboard, tradeoff_table
from auxiliary.reporting.comparison_figures import comparison_figure, tradeoff_figure
from auxiliary.reporting.html.blocks import Chart, Facts, Prose, Table
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.tables import Grid, grid
from auxiliary.reporting.training_curves import score_figure
from auxiliary.runs.labels import has_duplicates, with_interval
from auxiliary.runs.result import LABELS

HEADS = {"key": "experiment", "stage": "", "accuracy": "test accuracy", "val_accuracy": "validation",
         "published_accuracy": "published",
         "acc_train": "training", "epochs_total": "epochs", "train_seconds": "training time, s"}
NOISE = ("Sorted by validation accuracy, which a choice may be based on; in brackets the 95% interval of the test "
         "accuracy. “Noise” is a difference to the first line that luck in the choice of test images could explain: "
         "two runs are compared image by image (McNemar's exact test, corrected for the number of lines by Holm) "
         "where what they said is at hand, else by the interval of the difference; several seeds are noise where they "
         "overlap.")
REPORTED = "“Published” is what somebody else reported for an experiment, measured under conditions of their own."
DUPLICATES = (
    "“Without twins” is the accuracy on the test images that have no twin, the same or nearly the same image, "
    "in the training set."
)


def sentence(report_data: ReportData) -> str:
    """The answer in a sentence."""
    return answer(report_data.results, report_data.project.chance, report_data.predictions)


def key_facts(report_data: ReportData) -> Facts:
    """The few numbers to know."""
    best, project = report_data.results.iloc[0], report_data.project
    images = len(project.train) + len(project.val) + len(project.test)
    return Facts([
        ("to take", best["name"]), ("its test accuracy", with_interval(best)),
        ("guessing", f"{project.chance:.3f}"), ("images", f"{images:,}"),
        ("classes", f"{len(project.categories)}"), ("compared", counted(len(report_data.results), "row")),
    ])


def leaderboard_table(report_data: ReportData) -> Table:
    """All lines, to be sorted by any column."""
    board = leaderboard(report_data.results, report_data.predictions)
    return Table(f"All {counted(len(board), 'row')}, best validation accuracy first",
                 _named(board, sortable=True))


def leaderboard_notes(report_data: ReportData) -> list[Prose]:
    """How to read the leaderboard."""
    said = (
        [NOISE]
        + [REPORTED] * bool(report_data.results["published_accuracy"].notna().any())
        + [DUPLICATES] * has_duplicates(report_data.results)
    )
    return [Prose(text, small=True) for text in said]


def comparison_chart(report_data: ReportData) -> Chart:
    """Accuracies with their intervals."""
    return Chart(comparison_figure(report_data.results, report_data.project.chance))


def tradeoff_blocks(report_data: ReportData) -> list[Chart | Table]:
    """What accuracy costs."""
    return [Chart(tradeoff_figure(report_data.results)),
            Table("What each accuracy costs", _named(tradeoff_table(report_data.results)))]


def stage_table(report_data: ReportData, stage: str) -> Table:
    """The lines of one stage."""
    lines = report_data.results[report_data.results["stage"] == stage]
    return Table(f"Networks {LABELS[stage]}, best validation accuracy first",
                 _named(leaderboard(lines, report_data.predictions)))


def score_chart(report_data: ReportData) -> Chart:
    """How the runs got there, side by side."""
    return Chart(
        score_figure({line["name"]: [report_data.run(line).history] for _, line in report_data.shown.iterrows()})
    )


def _named(table: pd.DataFrame, sortable: bool = False) -> Grid:
    shown = table.assign(stage=table["stage"].map(LABELS))
    if "train_seconds" in shown:
        shown["train_seconds"] = shown["train_seconds"].round().astype("Int64")
    return grid(shown.rename(columns=HEADS), sortable=sortable)
