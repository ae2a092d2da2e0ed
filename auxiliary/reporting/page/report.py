"""The report: what is on it, in which order."""

from auxiliary.reporting.page import data_part, results_part
from auxiliary.reporting.page.blocks import Prose, Section
from auxiliary.reporting.page.making_part import making_blocks
from auxiliary.reporting.page.material import Material
from auxiliary.reporting.page.run_part import run_section


def report_sections(material: Material) -> list[Section]:
    """The sections of the report, the answer first."""
    sections = [
        Section("Which network", [results_part.leaderboard_table(material),
                                  *results_part.leaderboard_notes(material),
                                  results_part.comparison_chart(material)]),
        Section("At what price", results_part.tradeoff_blocks(material)),
        Section("Where they fail", [results_part.score_chart(material)] if len(material.shown) else
                [Prose("No run's folder is at hand, so none can be looked into.")], _runs(material)),
        Section("The data", data_part.class_blocks(material), [
            Section("Files", data_part.file_blocks(material), unfolded=True),
            Section("What was left out", data_part.problem_blocks(material), unfolded=True),
            Section("Twins", data_part.twin_blocks(material), unfolded=True),
            Section("Training, validation and test set", data_part.split_blocks(material), unfolded=True)]),
    ]
    if suspects := data_part.suspect_blocks(material):
        sections.append(Section("Labels to look at again", suspects))
    return [*sections, Section("How it was made", making_blocks(material))]


def _runs(material: Material) -> list[Section]:
    """The best of each kind with all that there is to see, then the others."""
    best = [line["run"] for line in material.champions]
    others = [line for _, line in material.shown.iterrows() if line["run"] not in best]
    return [*(run_section(material, line, whole=True) for line in material.champions),
            *(run_section(material, line, whole=False) for line in others)]
