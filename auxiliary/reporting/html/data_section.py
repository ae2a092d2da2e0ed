"""The data at a glance, as blocks of a page."""

from auxiliary.core.text import counted
from auxiliary.reporting.data_overview import (
    class_figure,
    format_table,
    problem_table,
    readable,
    size_figure,
    size_tables,
)
from auxiliary.reporting.duplicates import duplicate_table, group_sentence, label_conflicts
from auxiliary.reporting.html.blocks import Block, Chart, Facts, Prose, Shots, Table
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.html.thumbnails import example_shots, suspect_shots
from auxiliary.reporting.split_tables import split_sentence, split_table
from auxiliary.reporting.tables import grid


def class_blocks(report_data: ReportData) -> list[Block]:
    """How many images each class has, and what they look like."""
    return [Chart(class_figure(report_data.overview)),
            Shots("An image of each class, chosen at random", example_shots(report_data.clean))]


def file_blocks(report_data: ReportData) -> list[Block]:
    """Formats and sizes as they were published."""
    overview = report_data.overview
    several = len(readable(overview)[["width", "height"]].drop_duplicates()) > 1
    sizes = [Chart(size_figure(overview))] if several else []
    return [Table("Formats and channels", grid(format_table(overview))),
            Table("The commonest widths and heights, in pixels", grid(size_tables(overview))), *sizes]


def problem_blocks(report_data: ReportData) -> list[Block]:
    """What was left out, and why."""
    problems = problem_table(report_data.overview)
    if problems.empty:
        return [Prose(f"All {counted(len(report_data.overview), 'file')} could be used.")]
    return [Table(f"{problems['files'].sum():,} of {counted(len(report_data.overview), 'file')} were left out",
                  grid(problems))]


def duplicate_blocks(report_data: ReportData) -> list[Block]:
    """Images that are the same or nearly the same."""
    project = report_data.project
    conflicts = label_conflicts(report_data.clean)
    blocks: list[Block] = [
        Prose(group_sentence(report_data.clean)),
        Table(
            "Images with a near-duplicate in the training set",
            grid(duplicate_table(project.train, project.val, project.test)),
        ),
    ]
    if len(conflicts):
        blocks.append(Table("The same image in several classes: all but one must be wrong", grid(conflicts.head(20),
                                                                                                   index=False)))
    return blocks


def split_blocks(report_data: ReportData) -> list[Block]:
    """How the images were divided."""
    project = report_data.project
    parts = project.train, project.val, project.test
    return [Facts([("divided", project.split_rule)]),
            Table("Images of each class and part", grid(split_table(*parts))),
            Prose(split_sentence(*parts, project.profile.split.fractions), small=True)]


def suspect_blocks(report_data: ReportData) -> list[Block]:
    """Labels to look at again, where they were judged."""
    suspicious = report_data.suspects
    if suspicious is None:
        return []
    found = Prose(f"{counted(len(suspicious), 'label')} of {len(report_data.clean):,} contradict what a pre-trained "
                  "network makes of the other images, more than its usual mistakes would. Nothing was relabelled; a "
                  "image that is listed may as well be an odd one of its class.")
    return [found, *([Shots("The most suspicious", suspect_shots(suspicious))] if len(suspicious) else [])]
