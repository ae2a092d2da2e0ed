"""The report: what is on it, in which order."""

import pandas as pd

from auxiliary.reporting.html import data_section as data_part
from auxiliary.reporting.html import results_section as results_part
from auxiliary.reporting.html.blocks import Block, Command, Facts, Prose, Section
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.html.run_section import run_section

SAME = ("device", "precision", "python", "tensorflow", "keras", "commit")


def making_blocks(report_data: ReportData) -> list[Block]:
    """Machine, versions and division of all that is shown, and what to type."""
    results = report_data.project.results
    machine = [(name, ", ".join(sorted(set(results[name].dropna()) - {""})) or "not known") for name in SAME]
    times = pd.to_datetime(results["finished_at"], utc=True)
    ends = dict.fromkeys(f"{time:%Y-%m-%d %H:%M}" for time in (times.min(), times.max()))
    blocks: list[Block] = [
        Command(report_data.command),
        Command(f"python -m auxiliary report {report_data.project.paths.dataset}"),
        Facts(
            [
                *machine,
                ("images", f"fingerprint {report_data.project.images_hash}"),
                ("divided", report_data.project.split_rule),
                ("finished, UTC", " to ".join(ends)),
            ]
        ),
        Prose(
            "Choices were made on validation images; each run looked at the test images once, at its end. The "
            "same profile, seed and machine give the same figures to the last digit, times aside.",
            small=True,
        ),
    ]
    lacking = report_data.results["name"].drop(report_data.shown.index)
    if len(lacking):
        blocks.append(
            Prose(
                f"Not looked into, since what the run left is not, or not all, in "
                f"models/{report_data.project.paths.dataset}: {', '.join(lacking)}. To have it again, remove what "
                "is left of the folder and train the row anew."
            )
        )
    if report_data.unfinished:
        blocks.append(Prose(f"Not finished, and so not shown: {', '.join(report_data.unfinished)}."))
    return blocks


def report_sections(report_data: ReportData) -> list[Section]:
    """The sections of the report, the answer first."""
    sections = [
        Section("Which network", [results_part.leaderboard_table(report_data),
                                  *results_part.leaderboard_notes(report_data),
                                  results_part.comparison_chart(report_data)]),
        Section("At what price", results_part.tradeoff_blocks(report_data)),
        Section("Where they fail", [results_part.score_chart(report_data)] if len(report_data.shown) else
                [Prose("No run's folder is at hand, so none can be looked into.")], _runs(report_data)),
        Section("The data", data_part.class_blocks(report_data), [
            Section("Files", data_part.file_blocks(report_data), unfolded=True),
            Section("What was left out", data_part.problem_blocks(report_data), unfolded=True),
            Section("Near-duplicates", data_part.duplicate_blocks(report_data), unfolded=True),
            Section("Training, validation and test set", data_part.split_blocks(report_data), unfolded=True)]),
    ]
    if suspects := data_part.suspect_blocks(report_data):
        sections.append(Section("Labels to look at again", suspects))
    return [*sections, Section("How it was made", making_blocks(report_data))]


def _runs(report_data: ReportData) -> list[Section]:
    """The best of each kind with all that there is to see, then the others."""
    best = [line["run_id"] for line in report_data.champions]
    others = [line for _, line in report_data.shown.iterrows() if line["run_id"] not in best]
    return [*(run_section(report_data, line, whole=True) for line in report_data.champions),
            *(run_section(report_data, line, whole=False) for line in others)]
