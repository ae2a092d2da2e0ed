"""The slides: the tables and figures of the report one by one, from the data to the conclusion."""

from collections.abc import Iterator

import pandas as pd

from auxiliary.reporting.html import data_section, results_section, run_section
from auxiliary.reporting.html.blocks import Prose, Section
from auxiliary.reporting.html.report import reproducibility_blocks
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.runs.result import SCRATCH, TRANSFER

QUESTION = ("How far does a network built by hand get on these images, how far a pre-trained one, and can the "
            "difference be trusted?")
STAGES = {SCRATCH: "CNNs from scratch", TRANSFER: "Transfer learning"}


def slide_sections(data: ReportData) -> list[Section]:
    """One section per slide; a section without blocks is the title of a chapter."""
    return [
        Section("Question", [Prose(QUESTION), results_section.key_facts(data)]),
        Section("Data"),
        Section("Classes", data_section.class_blocks(data)),
        Section("Formats and sizes", data_section.file_blocks(data)),
        Section("Files left out", data_section.problem_blocks(data)),
        Section("Near-duplicates", data_section.duplicate_blocks(data)),
        Section("Training, validation and test set", data_section.split_blocks(data)),
        *_stage(data, SCRATCH),
        *_stage(data, TRANSFER),
        Section("Conclusion"),
        Section("All results", [results_section.leaderboard_table(data)]),
        Section("Accuracy and cost", results_section.tradeoff_blocks(data)),
        Section("Summary", [Prose(results_section.summary(data)), *results_section.comparison_charts(data)]),
        Section("Reproducibility", reproducibility_blocks(data)),
    ]


def _stage(data: ReportData, stage: str) -> Iterator[Section]:
    """A chapter: its results, its best network, and the second best."""
    if not (data.results["stage"] == stage).any():
        return
    yield Section(STAGES[stage])
    yield Section("Results", [results_section.stage_table(data, stage)])
    rows = data.available[data.available["stage"] == stage].head(2)
    for (_, row), rank in zip(rows.iterrows(), ("Best", "Second best"), strict=False):
        yield from _network(data, row, f"{rank}: {row['name']}", full=rank == "Best")


def _network(data: ReportData, row: pd.Series, title: str, full: bool) -> Iterator[Section]:
    yield Section(title, [*run_section.run_facts(data, row), run_section.layers(data, row)])
    yield Section(f"{row['name']}: training", [run_section.training_chart(data, row)])
    if full:
        matrix, classes, calibration = run_section.quality_blocks(data, row)
        yield Section(f"{row['name']}: confusion matrix", [matrix, classes])
        yield Section(f"{row['name']}: calibration", [calibration])
        yield Section(f"{row['name']}: most confident mistakes", [run_section.mistakes(data, row)])
