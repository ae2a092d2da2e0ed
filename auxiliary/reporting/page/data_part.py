"""The data at a glance, as blocks of a page."""

from auxiliary.reporting.data_figures import class_figure, size_figure
from auxiliary.reporting.data_tables import format_table, problem_table, readable, size_tables
from auxiliary.reporting.page.blocks import Block, Chart, Facts, Prose, Shots, Table
from auxiliary.reporting.page.grid import grid
from auxiliary.reporting.page.material import Material
from auxiliary.reporting.page.shots import example_shots, suspect_shots
from auxiliary.reporting.split_tables import split_sentence, split_table
from auxiliary.reporting.style import counted
from auxiliary.reporting.twin_tables import group_sentence, label_conflicts, twin_table


def class_blocks(material: Material) -> list[Block]:
    """How many pictures each class has, and what they look like."""
    return [Chart(class_figure(material.overview)),
            Shots("A picture of each class, chosen at random", example_shots(material.clean))]


def file_blocks(material: Material) -> list[Block]:
    """Formats and sizes as they were published."""
    overview = material.overview
    several = len(readable(overview)[["width", "height"]].drop_duplicates()) > 1
    sizes = [Chart(size_figure(overview))] if several else []
    return [Table("Formats and channels", grid(format_table(overview))),
            Table("The commonest widths and heights, in pixels", grid(size_tables(overview))), *sizes]


def problem_blocks(material: Material) -> list[Block]:
    """What was left out, and why."""
    problems = problem_table(material.overview)
    if problems.empty:
        return [Prose(f"All {counted(len(material.overview), 'file')} could be used.")]
    return [Table(f"{problems['files'].sum():,} of {counted(len(material.overview), 'file')} were left out",
                  grid(problems))]


def twin_blocks(material: Material) -> list[Block]:
    """Pictures that are the same or nearly the same."""
    lab = material.lab
    conflicts = label_conflicts(material.clean)
    blocks: list[Block] = [Prose(group_sentence(material.clean)),
                           Table("Pictures with a twin in the training set", grid(twin_table(lab.train, lab.val,
                                                                                             lab.test)))]
    if len(conflicts):
        blocks.append(Table("The same picture in several classes: all but one must be wrong", grid(conflicts.head(20),
                                                                                                   index=False)))
    return blocks


def split_blocks(material: Material) -> list[Block]:
    """How the pictures were divided."""
    lab = material.lab
    parts = lab.train, lab.val, lab.test
    return [Facts([("divided", lab.split)]),
            Table("Pictures of each class and part", grid(split_table(*parts))),
            Prose(split_sentence(*parts, lab.profile.split.fractions), small=True)]


def suspect_blocks(material: Material) -> list[Block]:
    """Labels to look at again, where they were judged."""
    suspicious = material.suspects
    if suspicious is None:
        return []
    found = Prose(f"{counted(len(suspicious), 'label')} of {len(material.clean):,} contradict what a pre-trained "
                  "network makes of the other pictures, more than its usual mistakes would. Nothing was relabelled; a "
                  "picture that is listed may as well be an odd one of its class.")
    return [found, *([Shots("The most suspicious", suspect_shots(suspicious))] if len(suspicious) else [])]
