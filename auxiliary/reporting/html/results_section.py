"""The results as blocks of a page: leaderboard, comparison and trade-off."""

import pandas as pd

from auxiliary.core.text import counted, short
from auxiliary.reporting.comparison import leaderboard, summary_sentence, tradeoff_table
from auxiliary.reporting.comparison_figures import comparison_figure
from auxiliary.reporting.html.blocks import Chart, Facts, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.ladder import gains, ladder_table, ladders
from auxiliary.reporting.ladder_figure import ladder_figure
from auxiliary.reporting.row_note import row_note
from auxiliary.reporting.shipped import shipped_table
from auxiliary.reporting.tables import Table
from auxiliary.reporting.tradeoff_figure import tradeoff_figure
from auxiliary.reporting.training_curves import score_figure
from auxiliary.runs.labels import comparable, has_duplicates, is_same, with_interval
from auxiliary.runs.result import LABELS

HEADINGS = {"key": "experiment", "accuracy": "test accuracy", "val_accuracy": "validation",
            "published_accuracy": "published", "acc_train": "training",
            "calibration error": "calib. error", "without duplicates": "without dupl."}
FEW = 6    # results that fit a slide as a table and as a chart
FIRST = ["key", "accuracy", "against the best"]
ELSEWHERE = ["parameters", "train_seconds"]    # columns of the leaderboard that another table of the page has
NOISE = ("Sorted by validation accuracy, which choices may use. In brackets: the 95% interval of the test accuracy, or "
         "the lowest and highest of several seeds. “Noise” is a difference to the best row that chance could explain. "
         "Two runs are compared image by image by McNemar's exact test: could other test images reverse it? That does "
         "not cover the spread between seeds; three seeds would show it (-p seeds '[0, 1, 2]'). Several seeds are "
         "compared by an analysis of variance, with all their predictions: could other test images or other seeds "
         "reverse it? Where predictions are missing, the accuracies alone decide (unpaired). All are corrected for the "
         "number of rows (Holm).")
PARENTS = "“Epochs” are those of the experiment itself, without those of its parent."
STEPS = ("“Gain” is the difference in test accuracy to the step before, in percentage points, with its 95% interval. "
         "It is not corrected for the number of steps. Between two rows of one seed each it leaves out the spread "
         "between seeds.")
PUBLISHED = "“Published” is an accuracy that somebody else reported, measured under other conditions."
SHIPPED = ("“Shipped” is the test accuracy of the same experiment in rows of results.csv whose runs are not in "
           "models/. A star says that its settings, images or version are others; the table of shipped results says "
           "which.")
DUPLICATES = ("“Without duplicates” is the accuracy on the test images that have no near-duplicate in the training "
              "set.")


def summary(data: ReportData) -> str:
    """The result in one sentence; where no run is the user's own, another one says so."""
    sentence = summary_sentence(data.results, data.project.chance, data.predictions)
    return f"{sentence} {data.remark}".rstrip()


def key_facts(data: ReportData) -> Facts:
    """The most important numbers."""
    best, project = data.results.iloc[0], data.project
    others = is_same(data.results["val_accuracy"], best["val_accuracy"]).sum() - 1
    alike = f" (as good on validation images: {counted(others, 'other')})" if others > 0 else ""
    return Facts([
        ("best network", "none" if pd.isna(best["accuracy"]) else f"{best['name']}{alike}"),
        ("test accuracy", with_interval(best)),
        ("chance", f"{project.chance:.3f}"), ("images", f"{sum(map(len, data.splits)):,}"),
        ("classes", f"{len(project.categories):,}"), ("compared", counted(len(data.results), "experiment")),
    ])


def leaderboard_table(data: ReportData) -> TitledTable:
    """All results, sortable by every column."""
    board = leaderboard(data.results, data.predictions, data.shipped).drop(columns=ELSEWHERE)
    return TitledTable("Leaderboard", _table(board, sortable=True),
                       f"{counted(len(board), 'experiment')}, best validation accuracy first.")


def leaderboard_notes(data: ReportData) -> list[Prose]:
    """Explanations of the leaderboard."""
    rows = row_note(data.results)
    notes = {NOISE: True, SHIPPED: len(shipped_table(data.results, data.shipped)) > 0,
             PARENTS: (data.results["parent"] != "").any(),
             PUBLISHED: data.results["published_accuracy"].notna().any(), DUPLICATES: has_duplicates(data.results),
             f"{rows}.": rows != ""}
    return [Prose(text, small=True) for text, applies in notes.items() if applies]


def leaderboard_line(data: ReportData) -> list[Prose]:
    """The words of the leaderboard that need one, as far as they occur, on one line for a slide."""
    board = leaderboard(data.results, data.predictions, data.shipped)
    shipped = board["shipped"] if "shipped" in board else pd.Series("", board.index)
    words = {"Noise: chance could explain the difference.": board["against the best"].str.contains("noise").any(),
             "Unpaired: judged without predictions.": board["against the best"].str.contains("unpaired").any(),
             "Shipped: the same experiment, not trained here.": shipped.any(),
             "*: its settings, images or version are others.": shipped.str.endswith("*").any()}
    line = " ".join(text for text, occurs in words.items() if occurs)
    return [Prose(line, small=True)] if line else []


def shipped_tables(data: ReportData) -> list[TitledTable]:
    """Where the shipped results beside own ones come from, and in what they differ; none without any."""
    table = shipped_table(data.results, data.shipped)
    return [TitledTable("Shipped results", Table.from_frame(table), "Of the same experiments.")] if len(table) else []


def comparison_charts(data: ReportData) -> list[Chart]:
    """Test accuracies with their intervals; no chart where all runs diverged."""
    if comparable(data.results).empty:
        return []
    return [Chart("Test accuracy", *(comparison_figure(data.results, data.project.chance, narrow)
                                     for narrow in (False, True)))]


def ladder_blocks(data: ReportData) -> list[Chart | TitledTable]:
    """What each step gains, of every model with three experiments or more."""
    blocks: list[Chart | TitledTable] = []
    for rows in ladders(data.results):
        name, found = short(rows["model_id"].iloc[0]), gains(rows, data.predictions)
        blocks += [Chart(f"{name} step by step", *(ladder_figure(rows, found, narrow) for narrow in (False, True))),
                   TitledTable(f"Steps of {name}", Table.from_frame(ladder_table(rows, found)), STEPS)]
    return blocks


def tradeoff_blocks(data: ReportData) -> list[Chart | TitledTable]:
    """Accuracy against size and training time."""
    table = TitledTable("Size and training time", _table(tradeoff_table(data.results)))
    if comparable(data.results).empty:
        return [table]
    return [Chart("Accuracy and size", *(tradeoff_figure(data.results, narrow) for narrow in (False, True))), table]


def stage_blocks(data: ReportData, stage: str) -> list[TitledTable | Chart]:
    """The results of one stage; few ones also as a chart."""
    rows = data.results[data.results["stage"] == stage]
    board = leaderboard(rows, data.predictions).drop(columns=ELSEWHERE)
    table = TitledTable("Leaderboard", _table(board), f"Networks {LABELS[stage]}, best validation accuracy first.")
    if len(rows) > FEW or comparable(rows).empty:
        return [table]
    return [table, Chart("Test accuracy", comparison_figure(rows, data.project.chance))]


def score_chart(data: ReportData) -> Chart:
    """Scores over the epochs of all runs, the mean over the seeds of each experiment."""
    histories = {row["name"]: data.histories(row) for _, row in data.available.iterrows()}
    return Chart("All experiments", *(score_figure(histories, narrow) for narrow in (False, True)))


def _table(frame: pd.DataFrame, sortable: bool = False) -> Table:
    shown = frame.assign(stage=frame["stage"].map(LABELS))
    # What a phone shows at once comes first.
    first = [name for name in FIRST if name in shown]
    shown = shown[[*first, *(name for name in shown if name not in first)]]
    return Table.from_frame(shown.rename(columns=HEADINGS), sortable=sortable)
