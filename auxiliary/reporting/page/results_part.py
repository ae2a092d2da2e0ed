"""The results as blocks of a page: which network to take, and how sure that is."""

import pandas as pd

from auxiliary.evaluation.columns import LABELS
from auxiliary.reporting.comparison import answer, leaderboard, tradeoff_table
from auxiliary.reporting.comparison_figures import comparison_figure, tradeoff_figure
from auxiliary.reporting.page.blocks import Chart, Facts, Prose, Table
from auxiliary.reporting.page.grid import Grid, grid
from auxiliary.reporting.page.material import Material
from auxiliary.reporting.score_figure import score_figure
from auxiliary.reporting.style import counted
from auxiliary.reporting.wording import has_twins, with_interval

HEADS = {"key": "row", "stage": "", "accuracy": "test accuracy", "val_accuracy": "validation",
         "acc_train": "training", "epochs_total": "epochs", "train_seconds": "training time, s"}
NOISE = ("Sorted by validation accuracy, which a choice may be based on; in brackets the 95% interval of the test "
         "accuracy. “Noise” is a difference to the first line that luck in the choice of test pictures could explain: "
         "two runs are compared picture by picture (McNemar's exact test, corrected for the number of lines by Holm) "
         "where what they said is at hand, else by the interval of the difference; several seeds are noise where they "
         "overlap.")
REPORTED = "“Reported” is what somebody else published for a row, measured under conditions of their own."
TWINS = ("“Without twins” is the accuracy on the test pictures that have no twin, the same or nearly the same picture, "
         "in the training set.")


def sentence(material: Material) -> str:
    """The answer in a sentence."""
    return answer(material.results, material.lab.chance, material.predictions)


def key_facts(material: Material) -> Facts:
    """The few numbers to know."""
    best, lab = material.results.iloc[0], material.lab
    pictures = len(lab.train) + len(lab.val) + len(lab.test)
    return Facts([
        ("to take", best["name"]), ("its test accuracy", with_interval(best)),
        ("guessing", f"{lab.chance:.3f}"), ("pictures", f"{pictures:,}"),
        ("classes", f"{len(lab.categories)}"), ("compared", counted(len(material.results), "row")),
    ])


def leaderboard_table(material: Material) -> Table:
    """All lines, to be sorted by any column."""
    board = leaderboard(material.results, material.predictions)
    return Table(f"All {counted(len(board), 'row')}, best validation accuracy first",
                 _named(board, sortable=True))


def leaderboard_notes(material: Material) -> list[Prose]:
    """How to read the leaderboard."""
    said = [NOISE] + [REPORTED] * bool(material.results["reported"].notna().any()) + [TWINS] * has_twins(
        material.results)
    return [Prose(text, small=True) for text in said]


def comparison_chart(material: Material) -> Chart:
    """Accuracies with their intervals."""
    return Chart(comparison_figure(material.results, material.lab.chance))


def tradeoff_blocks(material: Material) -> list[Chart | Table]:
    """What accuracy costs."""
    return [Chart(tradeoff_figure(material.results)),
            Table("What each accuracy costs", _named(tradeoff_table(material.results)))]


def stage_table(material: Material, stage: str) -> Table:
    """The lines of one stage."""
    lines = material.results[material.results["stage"] == stage]
    return Table(f"Networks {LABELS[stage]}, best validation accuracy first",
                 _named(leaderboard(lines, material.predictions)))


def score_chart(material: Material) -> Chart:
    """How the runs got there, side by side."""
    return Chart(score_figure({line["name"]: [material.run(line).history] for _, line in material.shown.iterrows()}))


def _named(table: pd.DataFrame, sortable: bool = False) -> Grid:
    shown = table.assign(stage=table["stage"].map(LABELS))
    if "train_seconds" in shown:
        shown["train_seconds"] = shown["train_seconds"].round().astype("Int64")
    return grid(shown.rename(columns=HEADS), sortable=sortable)
