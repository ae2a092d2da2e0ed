"""The slides: the report's tables and figures one by one, from the data to the conclusion."""

from collections.abc import Iterator

import pandas as pd

from auxiliary.evaluation.columns import SCRATCH, TRANSFER
from auxiliary.reporting.page import data_part, results_part, run_part
from auxiliary.reporting.page.blocks import Chart, Prose, Section
from auxiliary.reporting.page.making_part import making_blocks
from auxiliary.reporting.page.material import Material
from auxiliary.reporting.run_figures import curves_figure

QUESTION = ("How far does a network built by hand get on these pictures, how far a pre-trained one, and can the "
            "difference be trusted?")
STAGES = {SCRATCH: "CNNs from scratch", TRANSFER: "Transfer learning"}


def slide_sections(material: Material) -> list[Section]:
    """A section a slide; one without blocks stands between two chapters."""
    return [
        Section("The question", [Prose(QUESTION), results_part.key_facts(material)]),
        Section("The data"),
        Section("Classes", data_part.class_blocks(material)),
        Section("Formats and sizes", data_part.file_blocks(material)),
        Section("What was left out", data_part.problem_blocks(material)),
        Section("Twins", data_part.twin_blocks(material)),
        Section("Training, validation and test set", data_part.split_blocks(material)),
        *_stage(material, SCRATCH), *_stage(material, TRANSFER),
        Section("Conclusion"),
        Section("All results", [results_part.leaderboard_table(material)]),
        Section("What it costs", results_part.tradeoff_blocks(material)),
        Section("In a sentence", [Prose(results_part.sentence(material)), results_part.comparison_chart(material)]),
        Section("How it was made", making_blocks(material)),
    ]


def _stage(material: Material, stage: str) -> Iterator[Section]:
    """A chapter: its results, its best network, and the second best."""
    if not (material.results["stage"] == stage).any():
        return
    yield Section(STAGES[stage])
    yield Section("Results", [results_part.stage_table(material, stage)])
    lines = material.shown[material.shown["stage"] == stage].head(2)
    for (_, line), name in zip(lines.iterrows(), ("The best", "The second best"), strict=False):
        yield from _network(material, line, f"{name}: {line['name']}", whole=name == "The best")


def _network(material: Material, line: pd.Series, title: str, whole: bool) -> Iterator[Section]:
    yield Section(title, [*run_part.run_facts(material, line), run_part.layers(material, line)])
    yield Section(f"{line['name']}: training", [Chart(curves_figure(material.run(line).history))])
    if whole:
        matrix, classes, calibration = run_part.quality_blocks(material, line)
        yield Section(f"{line['name']}: whom it takes for whom", [matrix, classes])
        yield Section(f"{line['name']}: is it as often right as it is sure?", [calibration])
        yield Section(f"{line['name']}: its surest mistakes", [run_part.mistakes(material, line)])
