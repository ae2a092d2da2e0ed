"""The tables and figures of the README and of docs/, generated from recorded runs and from documentation in the code.

`python -m tools.update_readme` writes them anew after results were added and staged.
"""

import re
import sys
from pathlib import Path

import pandas as pd

from auxiliary.config.loader import load_profile
from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.paths import REPOSITORY
from auxiliary.evaluation.compare import against_best, compare_in_table
from auxiliary.reporting.model_tables import backbone_table
from auxiliary.runs.labels import comparable, has_duplicates, labelled, ranked, with_interval
from auxiliary.runs.result import LABELS, SCRATCH, TRANSFER, describe_columns
from auxiliary.runs.seeds import over_seeds
from tools import conclusions_section, published_section
from tools.benchmark_tables import benchmark_tables, file_of, markdown
from tools.figures import Figures, results_figures, write_figures
from tools.gains import gains_table
from tools.published import published_results, unpublished_remark
from tools.published_table import PublishedTable

GAINS = file_of("gains")
PUBLISHED = "animals10"    # the profile whose experiments are rows of a published table
FIGURES = "assets/readme"
# The tables of each page, by the names of their markers.
PAGES = {"README.md": ("summary",), "docs/results.md": (
    "results", "ranks", "conclusions", "pairs", "far-off", "folds", "held-out", "robustness", "planted"),
         "docs/results-csv.md": ("columns",), "docs/profiles.md": ("gains",),
         "docs/networks.md": ("backbones",),
         "docs/performance.md": ("scale", "bench")}


def markdown_summary(results: pd.DataFrame) -> str:
    """One row per data set: the best network from scratch, the best pre-trained one, and whether they differ."""
    return markdown(pd.DataFrame([_summary(group) for _, group in over_seeds(results).groupby("dataset", sort=False)]))


def _summary(group: pd.DataFrame) -> dict[str, str]:
    rows = ranked(comparable(group))
    best = {row["stage"]: row for _, row in rows.drop_duplicates("stage").iterrows()}
    return {"data set": f"{group['dataset'].iloc[0]} ({group['classes'].iloc[0]:,} classes)",
            **{label: with_interval(best[stage]) if stage in best else "" for stage, label in LABELS.items()},
            **_verdict(best, rows)}


def _verdict(best: dict[str, pd.Series], rows: pd.DataFrame) -> dict[str, str]:
    if missing := [label for stage, label in LABELS.items() if stage not in best]:
        return {"difference": "", "verdict": f"nothing {missing[0]} yet"}
    found = compare_in_table(best[TRANSFER], best[SCRATCH], rows)
    if found.noise:
        verdict = "too close to tell apart"
    else:
        verdict = f"{LABELS[TRANSFER if found.points > 0 else SCRATCH]} is better"
    return {"difference": f"{found.points:+.1f} points", "verdict": verdict}


def markdown_backbones() -> str:
    """The pre-trained backbones, one row each."""
    table = backbone_table().reset_index()
    return markdown(table.assign(backbone="`" + table["backbone"] + "`"))


def markdown_results(results: pd.DataFrame) -> str:
    """The results as a Markdown table, the best validation accuracy of each data set first.

    Seeds of an experiment share a row. Each row is compared with the best of its data set by the rule of
    `auxiliary.evaluation.compare`, without predictions, which the repository does not hold. Published accuracy, and
    test accuracy without near-duplicates of training images, have a column if any run has them.
    """
    table = over_seeds(results)
    groups = [ranked(table[table["dataset"] == name]) for name in table["dataset"].unique()]
    rows = pd.concat([group.assign(key=labelled(group), against=against_best(group, reasons=False),
                                   interval=[with_interval(row) for _, row in group.iterrows()]) for group in groups])
    shown = pd.DataFrame({
        "experiment": "`" + rows["key"] + "`",
        "kind": rows["stage"].map(LABELS),
        "test accuracy": rows["interval"],
        "against the best": rows["against"],
        "without duplicates": rows["accuracy_without_duplicates"],
        "published": rows["published_accuracy"],
        "validation": rows["val_accuracy"],
        "parameters": rows["parameters"],
        "images": rows["train_images"],
        "epochs": rows["epochs"],
        "training": [f"{seconds:.0f} s" for seconds in rows["train_seconds"]],
    })
    absent = {"published": results["published_accuracy"].isna().all(), "without duplicates": not has_duplicates(table)}
    return markdown(shown.drop(columns=[name for name, drop in absent.items() if drop]))


def markdown_by_data_set(results: pd.DataFrame) -> str:
    """The results as one section per data set."""
    return "\n\n".join(_section(name, group) for name, group in results.groupby("dataset", sort=False))


def _section(name: str, group: pd.DataFrame) -> str:
    first = group.iloc[0]
    images = f"{first['val_images']:,} validation images, {first['test_images']:,} test images"
    return f"### {name}\n\n{first['classes']:,} classes, {images}.\n\n{markdown_results(group)}"


def published_table(results: pd.DataFrame) -> PublishedTable:
    """The published table of accuracies, and what rows measure of it."""
    return PublishedTable(load_profile(PUBLISHED), results)


def markdown_published(table: PublishedTable) -> dict[str, str]:
    """What is said of published accuracies, by the names of the markers; sentences stand below their table."""
    found = {
        "ranks": (published_section.ranks_frame(table), published_section.others_text(table)),
        "conclusions": (conclusions_section.conclusions_frame(table), conclusions_section.other_verdicts_text(table)),
        "pairs": (conclusions_section.pairs_frame(table), ""), "far-off": (published_section.far_frame(table), "")}
    return {name: "\n\n".join(filter(None, (markdown(frame), text))) for name, (frame, text) in found.items()}


def all_figures(results: pd.DataFrame) -> Figures:
    """All figures of docs/results.md."""
    return {**results_figures(results), **published_section.published_figures(published_table(results))}


def fill(text: str, name: str, content: str) -> str:
    """Replace the text between the markers `<!-- name -->` and `<!-- /name -->`.

    Raises:
        UserError: when the text has no such markers.
    """
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not block.search(text):
        raise UserError(f"there is no <!-- {name} --> … <!-- /{name} --> to fill")
    return block.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


def render(root: Path, results: pd.DataFrame) -> dict[Path, str]:
    """The pages below a root with their tables up to date.

    Args:
        root: the folder that holds the pages and the benchmarks.
        results: the rows to publish, as `read_results` returns them.

    Raises:
        UserError: when a page has no markers for one of its tables.
    """
    gains = gains_table(over_seeds(results), pd.read_csv(root / GAINS))
    tables = {"summary": markdown_summary(results), "results": markdown_by_data_set(results),
              "columns": markdown(describe_columns()), "backbones": markdown_backbones(), "gains": markdown(gains),
              **benchmark_tables(root), **markdown_published(published_table(results))}
    pages = {}
    for page, names in PAGES.items():
        text = (root / page).read_text(encoding="utf-8")
        for name in names:
            text = fill(text, name, tables[name])
        pages[root / page] = text
    return pages


def main() -> None:
    """Write the repository's pages and figures anew."""
    try:
        results = published_results(REPOSITORY)
    except UserError as error:
        sys.exit(f"error: {error}")
    for page, text in render(REPOSITORY, results).items():
        write_atomically(page, text)
    write_figures(REPOSITORY / FIGURES, all_figures(results))
    if remark := unpublished_remark(REPOSITORY, results):
        print(remark)


if __name__ == "__main__":
    main()
