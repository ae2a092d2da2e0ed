"""The tables of the README and of docs/, generated from recorded runs and the documentation in the code.

`python -m tools.update_readme` writes them anew after results were added and staged.
"""

import re
import sys
from pathlib import Path

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.paths import REPOSITORY
from auxiliary.evaluation.compare import against_best, compare_in_table, p_value
from auxiliary.reporting.model_tables import backbone_table
from auxiliary.reporting.tables import Table
from auxiliary.runs.labels import comparable, has_duplicates, labelled, ranked, with_interval
from auxiliary.runs.result import LABELS, SCRATCH, TRANSFER, describe_columns
from auxiliary.runs.seeds import over_seeds
from tools.gains import gains_table
from tools.published import published_results, unpublished_remark

SCALE, BENCH, FOLDS, HELD_OUT, ROBUSTNESS, PLANTED = (
    f"tests/benchmarks/{name}.csv"
    for name in ("scale", "results", "five_folds", "held_out_classes", "robustness", "planted_labels"))
# The tables of each page, by the names of their markers.
PAGES = {"README.md": ("summary",), "docs/results.md": ("results", "folds", "held-out", "robustness", "planted"),
         "docs/results-csv.md": ("columns",), "docs/profiles.md": ("gains", "backbones"),
         "docs/performance.md": ("scale", "bench")}


def markdown_summary(results: pd.DataFrame) -> str:
    """One row per data set: the best network from scratch, the best pre-trained one, and whether they differ."""
    return _markdown(pd.DataFrame([_summary(group) for _, group in over_seeds(results).groupby("dataset", sort=False)]))


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
    return _markdown(table.assign(backbone="`" + table["backbone"] + "`"))


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
    return _markdown(shown.drop(columns=[name for name, drop in absent.items() if drop]))


def markdown_by_data_set(results: pd.DataFrame) -> str:
    """The results as one section per data set."""
    return "\n\n".join(_section(name, group) for name, group in results.groupby("dataset", sort=False))


def _section(name: str, group: pd.DataFrame) -> str:
    first = group.iloc[0]
    images = f"{first['val_images']:,} validation images, {first['test_images']:,} test images"
    return f"### {name}\n\n{first['classes']:,} classes, {images}.\n\n{markdown_results(group)}"


def markdown_scale(scale: pd.DataFrame) -> str:
    """Measured stages as a Markdown table: one row per stage, one column per number of images."""
    cells = scale.assign(cell=[f"{row.seconds:.1f} s, {row.memory_mb:,} MB" for row in scale.itertuples()],
                         images=[f"{count:,} images" for count in scale["images"]])
    table = cells.pivot_table("cell", "stage", "images", aggfunc="first", fill_value="", sort=False)
    return _markdown(table.reset_index())


def markdown_bench(bench: pd.DataFrame) -> str:
    """Benchmarks against other libraries, as a Markdown table: one row each."""
    return _markdown(pd.DataFrame({
        "work": bench["work"], "against": bench["against"],
        "here": [f"{value:.4g}" for value in bench["ours"]], "there": [f"{value:.4g}" for value in bench["baseline"]],
        "ratio": [f"**{ratio:.2f}**" if met else f"{ratio:.2f}"
                  for ratio, met in zip(bench["ratio"], bench["met"], strict=True)],
        "aim": [f"{target:.2g}" for target in bench["target"]],
    }))


def markdown_folds(folds: pd.DataFrame) -> str:
    """Accuracies in five folds as a Markdown table: one row per backbone, the first of a data set being the baseline.

    Args:
        folds: as `tools.five_folds` measures them.
    """
    return _markdown(pd.DataFrame({
        "data set": folds["dataset"], "images": folds["images"], "backbone": "`" + folds["backbone"] + "`",
        "at": [f"{size} px" for size in folds["image_size"]],
        "accuracy": [f"{row.accuracy:.4f} ± {row.spread:.4f}" for row in folds.itertuples()],
        "against the first": ["" if pd.isna(row.p) else f"+{row.gained:,} -{row.lost:,} images, {p_value(row.p)}"
                              for row in folds.itertuples()]}))


def markdown_held_out(table: pd.DataFrame) -> str:
    """What is found of classes that were held out, as a Markdown table: one row per data set, backbone and method.

    Args:
        table: as `tools.held_out_classes` measures it.
    """
    shown = pd.DataFrame({
        "data set": table["dataset"], "images": table["images"], "backbone": "`" + table["backbone"] + "`",
        "at": [f"{size} px" for size in table["image_size"]], "method": table["method"]})
    figures = {"val_auroc": "AUROC, validation", "auroc": "AUROC, test", "caught": "caught",
               "false_alarms": "false alarms", "caught_at_5": "caught at 5%"}
    for name, heading in figures.items():
        form = "{:.3f}" if "auroc" in name else "{:.0%}"
        shown[heading] = ["" if pd.isna(value) else form.format(value) for value in table[name]]
    return _markdown(shown)


def markdown_robustness(table: pd.DataFrame) -> str:
    """Accuracies on corrupted images as a Markdown table: one row per data set and network, all severities in a cell.

    Args:
        table: as `tools.robustness` measures it.
    """
    rows = []
    for (name, stage, key), group in table.groupby(["dataset", "stage", "experiment"], sort=False):
        clean, *others = group.groupby("corruption", sort=False)
        rows.append({
            "data set": name, "test images": group["test_images"].iloc[0], "experiment": f"`{key}`",
            "kind": LABELS[stage], "clean": _accuracies(clean[1]),
            **{corruption: _accuracies(part) for corruption, part in others},
            "kept": f"{group['kept'].iloc[0]:.0%}"})
    return _markdown(pd.DataFrame(rows))


def _accuracies(rows: pd.DataFrame) -> str:
    return ", ".join(f"{accuracy:.3f}" for accuracy in rows["accuracy"])


def markdown_planted(table: pd.DataFrame) -> str:
    """What is found of planted wrong labels, as a Markdown table: one row per data set, backbone and share of them.

    Args:
        table: as `tools.planted_labels` measures it.
    """
    table = table.assign(listed=table["found"] / table["suspects"], alone=table["by_probability"] / table["suspects"],
                         gain=100 * (table["accuracy_restored"] - table["accuracy_planted"]))
    rows = []
    for (name, backbone, size, share), draws in table.groupby(["dataset", "backbone", "image_size", "share"],
                                                              sort=False):
        first, mean = draws.iloc[0], draws.mean(numeric_only=True)
        rows.append({
            "data set": name, "images": first["images"], "backbone": f"`{backbone}`", "at": f"{size} px",
            "wrong labels": f"{first['planted']:,} ({share:.0%})", "suspects": f"{mean['suspects']:.0f}",
            "found": _spread(draws["recall"]), "planted among suspects": _spread(draws["listed"]),
            "by probability alone": _spread(draws["alone"]),
            "test accuracy": " → ".join(f"{mean[f'accuracy_{kind}']:.3f}" for kind in ("planted", "restored")),
            "gain in points": f"{mean['gain']:+.1f} [{100 * first['mean_low']:.1f}, {100 * first['mean_high']:.1f}]",
            "all own labels": f"{mean['accuracy_own']:.3f}"})
    return _markdown(pd.DataFrame(rows))


def _spread(shares: pd.Series) -> str:
    """The mean of some shares and their standard deviation, in percent."""
    return f"{100 * shares.mean():.0f}% ± {100 * shares.std():.0f}"


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
    scale, bench, folds, held_out, robustness, planted = (
        pd.read_csv(root / name) for name in (SCALE, BENCH, FOLDS, HELD_OUT, ROBUSTNESS, PLANTED))
    tables = {"summary": markdown_summary(results), "results": markdown_by_data_set(results),
              "columns": _markdown(describe_columns()), "backbones": markdown_backbones(),
              "gains": _markdown(gains_table(over_seeds(results))), "scale": markdown_scale(scale),
              "bench": markdown_bench(bench), "folds": markdown_folds(folds),
              "held-out": markdown_held_out(held_out), "robustness": markdown_robustness(robustness),
              "planted": markdown_planted(planted)}
    pages = {}
    for page, names in PAGES.items():
        text = (root / page).read_text(encoding="utf-8")
        for name in names:
            text = fill(text, name, tables[name])
        pages[root / page] = text
    return pages


def main() -> None:
    """Write the repository's pages anew."""
    try:
        results = published_results(REPOSITORY)
    except UserError as error:
        sys.exit(f"error: {error}")
    for page, text in render(REPOSITORY, results).items():
        write_atomically(page, text)
    if remark := unpublished_remark(REPOSITORY, results):
        print(remark)


def _markdown(frame: pd.DataFrame) -> str:
    """A Markdown table without the frame's index."""
    return Table.from_frame(frame.reset_index(drop=True)).to_markdown()


if __name__ == "__main__":
    main()
