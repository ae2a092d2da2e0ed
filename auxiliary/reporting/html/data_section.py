"""The data as blocks of a page: classes, files, near-duplicates, split and suspect labels."""

from auxiliary.core.paths import Paths
from auxiliary.core.text import counted
from auxiliary.data.fixes.suspects_file import newer_list
from auxiliary.data.splitting.publisher_parts import kept_parts, leaks_sentence
from auxiliary.reporting.data_overview import (
    class_figure,
    format_table,
    problem_table,
    readable,
    size_figure,
    size_tables,
)
from auxiliary.reporting.duplicates import duplicate_table, group_sentence, label_conflicts
from auxiliary.reporting.html.blocks import Block, Chart, Command, Facts, Gallery, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.html.thumbnails import example_thumbnails, shown_sentence, suspect_thumbnails
from auxiliary.reporting.many_classes import each_of_some, ends_sentence
from auxiliary.reporting.split_tables import split_sentence, split_table
from auxiliary.reporting.summaries import left_out_summary
from auxiliary.reporting.tables import Table

CONFLICTS = 20    # label conflicts to list, at most


def class_blocks(data: ReportData) -> list[Block]:
    """The number of images per class, and an example of each."""
    examples = example_thumbnails(data.clean, data.project.paths.processed)
    classes = each_of_some(data.clean["category"].nunique())
    return [Chart("Images per class", class_figure(data.overview), class_figure(data.overview, narrow=True)),
            Gallery("Examples", examples, f"One image of {classes}, chosen at random.")]


def file_blocks(data: ReportData) -> list[Block]:
    """Formats and sizes of the original files."""
    several = len(readable(data.overview)[["width", "height"]].drop_duplicates()) > 1
    sizes = [Chart("Widths and heights", size_figure(data.overview, narrow=True))] if several else []
    return [TitledTable("Formats and channels", Table.from_frame(format_table(data.overview))),
            TitledTable("Common sizes", Table.from_frame(size_tables(data.overview)),
                        "The most common widths and heights in pixels."),
            *sizes]


def problem_blocks(data: ReportData) -> list[Block]:
    """The files that were left out, and the reasons."""
    problems = problem_table(data.overview, data.raw)
    summary = Prose(left_out_summary(data.overview))
    return [summary] if problems.empty else [summary, TitledTable("Reasons", Table.from_frame(problems))]


def duplicate_blocks(data: ReportData) -> list[Block]:
    """Images that are identical or nearly identical."""
    leaks = [Prose(leaks_sentence(data.clean))] if kept_parts(data.clean) else []
    return [
        Prose(group_sentence(data.clean)),
        *leaks,
        TitledTable("Near-duplicates across the split", Table.from_frame(duplicate_table(*data.splits)),
                    "Images with a near-duplicate in the training set.")]


def conflict_blocks(data: ReportData) -> list[Block]:
    """Identical images in several classes; no blocks if there are none."""
    conflicts = label_conflicts(data.clean)
    if conflicts.empty:
        return []
    more = f" The first {CONFLICTS} of {len(conflicts):,} files." if len(conflicts) > CONFLICTS else ""
    return [TitledTable("Label conflicts", Table.from_frame(conflicts.head(CONFLICTS)),
                        f"{counted(conflicts['image'].nunique(), 'image')} in several classes: all labels but one must "
                        f"be wrong.{more}")]


def split_blocks(data: ReportData) -> list[Block]:
    """The split into training, validation and test set."""
    which = ends_sentence(len(data.project.categories), "largest", "smallest")
    return [Facts([("split rule", data.project.split_rule)]),
            TitledTable("Images per class and split", Table.from_frame(split_table(*data.splits)), which),
            Prose(split_sentence(*data.splits, data.project.profile.split.fractions), small=True)]


def suspect_blocks(data: ReportData) -> list[Block]:
    """The suspect labels; no blocks if the labels were not checked."""
    suspects = data.suspects
    if suspects is None:
        return []
    found = Prose(f"{counted(len(suspects), 'label')} of {len(data.clean):,} contradict the predictions of a "
                  "classifier trained on the other images, more than its usual mistakes would. No image is "
                  "relabelled by this; it may also be an unusual image of its class.")
    thumbnails = suspect_thumbnails(suspects, data.project.paths.processed)
    about = (f"{shown_sentence(len(thumbnails), suspects)} The number is the classifier's confidence in the class that "
             f"it suggests, from 0 to 1. {_suspects_file(data.project.paths)} lists all.")
    if not thumbnails:
        return [found]
    return [found, Gallery("The most suspicious labels", thumbnails, about),
            Prose(f"To correct labels, fill in the column new_label of data/{data.project.paths.dataset}/suspects.csv, "
                  "and name that file in the profile as label_fixes, or with -p label_fixes. Or choose them on the "
                  "page that this command opens:", small=True),
            Command(data.project.paths.command_for_others("serve", "--dataset", data.project.paths.dataset))]


def _suspects_file(paths: Paths) -> str:
    """The newest list of suspect labels, below the root: for people, unless somebody filled in an earlier one there."""
    made, shown = paths.table("suspects"), paths.data / "suspects.csv"
    return (made if newer_list(made, shown) else shown).relative_to(paths.root).as_posix()
