"""The slides: the report's tables and figures one by one, from the data to the conclusion."""

from collections.abc import Iterator

import pandas as pd

from auxiliary.reporting.html import data_section as data_part
from auxiliary.reporting.html import results_section as results_part
from auxiliary.reporting.html import run_section as run_part
from auxiliary.reporting.html.blocks import Chart, Prose, Section
from auxiliary.reporting.html.report import making_blocks
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.training_curves import curves_figure
from auxiliary.runs.result import SCRATCH, TRANSFER

QUESTION = ("How far does a network built by hand get on these images, how far a pre-trained one, and can the "
            "difference be trusted?")
STAGES = {SCRATCH: "CNNs from scratch", TRANSFER: "Transfer learning"}


def slide_sections(report_data: ReportData) -> list[Section]:
    """A section a slide; one without blocks stands between two chapters."""
    return [
        Section("The question", [Prose(QUESTION), results_part.key_facts(report_data)]),
        Section("The data"),
        Section("Classes", data_part.class_blocks(report_data)),
        Section("Formats and sizes", data_part.file_blocks(report_data)),
        Section("What was left out", data_part.problem_blocks(report_data)),
        Section("Near-duplicates", data_part.duplicate_blocks(report_data)),
        Section("Training, validation and test set", data_part.split_blocks(report_data)),
        *_stage(report_data, SCRATCH),
        *_stage(report_data, TRANSFER),
        Section("Conclusion"),
        Section("All results", [results_part.leaderboard_table(report_data)]),
        Section("What it costs", results_part.tradeoff_blocks(report_data)),
        Section(
            "In a sentence", [Prose(results_part.sentence(report_data)), results_part.comparison_chart(report_data)]
        ),
        Section("How it was made", making_blocks(report_data)),
    ]


def _stage(report_data: ReportData, stage: str) -> Iterator[Section]:
    """A chapter: its results, its best network, and the second best."""
    if not (report_data.results["stage"] == stage).any():
        return
    yield Section(STAGES[stage])
    yield Section("Results", [results_part.stage_table(report_data, stage)])
    lines = report_data.shown[report_data.shown["stage"] == stage].head(2)
    for (_, line), name in zip(lines.iterrows(), ("The best", "The second best"), strict=False):
        yield from _network(report_data, line, f"{name}: {line['name']}", whole=name == "The best")


def _network(report_data: ReportData, line: pd.Series, title: str, whole: bool) -> Iterator[Section]:
    yield Section(title, [*run_part.run_facts(report_data, line), run_part.layers(report_data, line)])
    yield Section(f"{line['name']}: training", [Chart(curves_figure(report_data.run(line).history))])
    if whole:
        matrix, classes, calibration = run_part.quality_blocks(report_data, line)
        yield Section(f"{line['name']}: whom it takes for whom", [matrix, classes])
        yield Section(f"{line['name']}: is it as often right as it is sure?", [calibration])
        yield Section(f"{line['name']}: its surest mistakes", [run_part.mistakes(report_data, line)])
