"""The sections of the report, in order."""

import pandas as pd

from auxiliary.core.text import first_few
from auxiliary.reporting.html import data_section, map_section, results_section, sweep_section
from auxiliary.reporting.html.blocks import Block, Command, Facts, Prose, Section
from auxiliary.reporting.html.fixes_section import fixes_blocks
from auxiliary.reporting.html.held_out_section import held_out_blocks
from auxiliary.reporting.html.published_section import published_blocks
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.html.robustness_section import robustness_blocks
from auxiliary.reporting.html.run_section import run_section
from auxiliary.reporting.html.slices_section import slice_blocks

NAMED = 6    # experiments that a sentence names
ENVIRONMENT = ("device", "precision", "python", "tensorflow", "keras", "commit")


def report_sections(data: ReportData) -> list[Section]:
    """The sections of the report, the results first."""
    reason = "they diverged" if _diverged(data).all() else "their folders are missing"
    runs = [results_section.score_chart(data)] if len(data.available) else [
        Prose(f"No run can be shown: {reason}.")]
    sections = [
        Section("Results", [results_section.leaderboard_table(data), *results_section.leaderboard_notes(data),
                            *results_section.comparison_charts(data), *results_section.shipped_tables(data)]),
        Section("Accuracy and cost", results_section.tradeoff_blocks(data)),
        *([Section("Published and measured", published)] if (published := published_blocks(data)) else []),
        *([Section("Grids", grids)] if (grids := sweep_section.sweep_blocks(data)) else []),
        *([Section("Step by step", steps)] if (steps := results_section.ladder_blocks(data)) else []),
        Section("Training and mistakes", runs, _runs(data)),
        *([Section("Kinds of images", slices)] if (slices := slice_blocks(data)) else []),
        Section("Corrupted images", robustness_blocks(data)),
        Section("Data", data_section.class_blocks(data), [
            Section("Files", data_section.file_blocks(data), unfolded=True),
            Section("Files left out", data_section.problem_blocks(data), unfolded=True),
            Section("Near-duplicates", [*data_section.duplicate_blocks(data), *data_section.conflict_blocks(data)],
                    unfolded=True),
            Section("Training, validation and test set", data_section.split_blocks(data), unfolded=True)]),
    ]
    if suspects := data_section.suspect_blocks(data):
        sections.append(Section("Suspect labels", suspects))
    if fixes := fixes_blocks(data):
        sections.append(Section("Label fixes", fixes))
    if held_out := held_out_blocks(data):
        sections.append(Section("None of these", held_out))
    sections.append(Section("Map of the images", map_section.map_blocks(data)))
    return [*sections, Section("Reproducibility", reproducibility_blocks(data))]


def reproducibility_blocks(data: ReportData) -> list[Block]:
    """The commands, the machine and versions, and the runs that are not shown."""
    paths, dataset = data.project.paths, data.project.paths.dataset
    blocks: list[Block] = [
        *([Command(data.command)] if data.command else []),
        Command(paths.command_for_others("report", dataset)),
        _environment(data),
        Prose("All choices were made on validation images; each run was evaluated on the test images once, at its end. "
              "The recipe in each run's folder holds all its settings. "
              "The same profile, seed and machine give the same figures to the last digit, except for times.",
              small=True),
    ]
    diverged = _diverged(data)
    missing = data.results["name"][~diverged].drop(data.available.index)
    if len(missing):
        blocks.append(Prose(f"Not shown in detail, because their folders are missing in models/{dataset}: "
                            f"{', '.join(missing)}. To get them back, train the experiments again."))
    if others := data.other_shipped:
        blocks.append(Prose(f"Shipped results of experiments that were not trained here: {first_few(others, NAMED)} "
                            f"({paths.command_for_others('results', dataset, '--shipped')})."))
    if diverged.any():
        blocks.append(Prose("Not shown in detail, because training diverged and no accuracy is claimed: "
                            f"{', '.join(data.results['name'][diverged])}. They need a lower learning rate."))
    blocks += [Prose(f"{', '.join(names)}: {code}; --retrain trains {'it' if len(names) == 1 else 'them'} anew.")
               for code, names in data.other_code.items()]
    if data.unfinished:
        blocks.append(Prose(f"Not shown, because unfinished: {', '.join(data.unfinished)}."))
    return blocks


def _diverged(data: ReportData) -> pd.Series:
    """Whether all seeds of each row diverged."""
    return data.results["diverged_seeds"] == data.results["seeds"]


def _environment(data: ReportData) -> Facts:
    results = data.project.results
    values = [(name, ", ".join(sorted(set(results[name].dropna()) - {""})) or "unknown") for name in ENVIRONMENT]
    times = pd.to_datetime(results["finished_at"], format="ISO8601", utc=True)
    ends = dict.fromkeys(f"{time:%Y-%m-%d %H:%M}" for time in (times.min(), times.max()))
    return Facts([*values, ("fingerprint of the images", data.project.images_hash),
                  ("split rule", data.project.split_rule), ("finished, UTC", " to ".join(ends))])


def _runs(data: ReportData) -> list[Section]:
    """The best run of each stage in full, then the others."""
    best = [row["run_id"] for row in data.best_runs]
    others = [row for _, row in data.available.iterrows() if row["run_id"] not in best]
    return [*(run_section(data, row, full=True) for row in data.best_runs),
            *(run_section(data, row, full=False) for row in others)]
