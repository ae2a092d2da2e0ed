"""The slides: the tables and figures of the report one by one, from the data to the conclusion."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from auxiliary.reporting.html import data_section, map_section, results_section, run_section
from auxiliary.reporting.html.blocks import Block, Chart, Prose, Section, TitledTable
from auxiliary.reporting.html.report import reproducibility_blocks
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.html.robustness_section import robustness_chart
from auxiliary.runs.result import SCRATCH, TRANSFER

QUESTION = ("How far does a network built by hand get on these images, how far a pre-trained one, and can the "
            "difference be trusted?")
STAGES = {SCRATCH: "CNNs from scratch", TRANSFER: "Transfer learning"}
DATA, CONCLUSION = "Data", "Conclusion"
ROWS = 12    # of a table on a slide, at most


def slide_sections(data: ReportData) -> list[Section]:
    """One section per slide; what does not fit a slide is left to the report."""
    return [
        _slide("Question", "", [Prose(QUESTION), results_section.key_facts(data)]),
        _slide("Classes", DATA, data_section.class_blocks(data)),
        _slide("Files", DATA, [*data_section.problem_blocks(data), *data_section.file_blocks(data)]),
        _slide("Near-duplicates and split", DATA, [*data_section.duplicate_blocks(data),
                                                   *data_section.split_blocks(data)]),
        *[_slide("Label conflicts", DATA, blocks) for blocks in [data_section.conflict_blocks(data)] if blocks],
        *_stage(data, SCRATCH),
        *_stage(data, TRANSFER),
        *[_slide("Map of the images", STAGES[TRANSFER], blocks) for blocks in [map_section.map_chart(data)] if blocks],
        _slide("All results", CONCLUSION, [results_section.leaderboard_table(data),
                                            *results_section.leaderboard_line(data)]),
        _slide("Accuracy and cost", CONCLUSION, results_section.tradeoff_blocks(data)[:1]),
        *[_slide("Corrupted images", CONCLUSION, blocks) for blocks in [robustness_chart(data)] if blocks],
        _slide("Summary", CONCLUSION, [Prose(results_section.summary(data)), *results_section.comparison_charts(data)]),
        _slide("Reproducibility", CONCLUSION, reproducibility_blocks(data)),
    ]


def _stage(data: ReportData, stage: str) -> Iterator[Section]:
    """A chapter: its results, its best network, and the second best."""
    if not (data.results["stage"] == stage).any():
        return
    yield _slide("Results", STAGES[stage], results_section.stage_blocks(data, stage))
    rows = data.available[data.available["stage"] == stage].head(2)
    for (_, row), rank in zip(rows.iterrows(), ("Best", "Second best"), strict=False):
        yield from _network(data, row, f"{rank}: {row['name']}", STAGES[stage])


def _network(data: ReportData, row: pd.Series, title: str, chapter: str) -> Iterator[Section]:
    predictions = data.predictions[row["run_id"]]
    yield _slide(title, chapter, [*run_section.run_facts(data, row), run_section.layers(data, row)])
    yield _slide(f"{row['name']}: training and calibration", chapter,
                 [run_section.training_chart(data, row), run_section.calibration_chart(data, row)])
    if not title.startswith("Best"):
        return
    gallery = run_section.mistakes(data, row)
    # A sentence alone would leave its slide empty.
    without = [block for block in gallery if isinstance(block, Prose)]
    yield _slide(f"{row['name']}: confusion", chapter,
                 [*without, *run_section.confusion_blocks(predictions), run_section.score_table(predictions)])
    if not without:
        yield _slide(f"{row['name']}: mistakes", chapter, gallery)


def _slide(title: str, chapter: str, blocks: Sequence[Block]) -> Section:
    return Section(title, [_for_slide(block) for block in blocks], chapter=chapter)


def _for_slide(block: Block) -> Block:
    """A block as a slide shows it: a chart without its variant for phones, a table without the rows that do not fit."""
    if isinstance(block, Chart):
        return replace(block, narrow=None)
    if isinstance(block, TitledTable) and len(block.table.rows) > ROWS:
        rows = block.table.rows
        said = f"{block.sentence} The first {ROWS} of {len(rows):,} rows; the report has all.".lstrip()
        return replace(block, table=replace(block.table, rows=rows[:ROWS]), sentence=said)
    return block
