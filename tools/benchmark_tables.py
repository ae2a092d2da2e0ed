"""The tables of docs/ that show benchmarks, as Markdown, from the files below tests/benchmarks/."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from auxiliary.evaluation.compare import p_value
from auxiliary.reporting.tables import Table
from auxiliary.runs.result import LABELS


def file_of(name: str) -> str:
    """The path of a benchmark's file, below the repository."""
    return f"tests/benchmarks/{name}.csv"


def benchmark_tables(root: Path) -> dict[str, str]:
    """The tables by the names of their markers.

    Args:
        root: the repository.
    """
    return {marker: table(pd.read_csv(root / file_of(name))) for marker, (name, table) in BENCHMARKS.items()}


def markdown(frame: pd.DataFrame) -> str:
    """A Markdown table without the frame's index."""
    return Table.from_frame(frame.reset_index(drop=True)).to_markdown()


def markdown_scale(scale: pd.DataFrame) -> str:
    """Measured stages as a Markdown table: one row per stage, one column per number of images."""
    cells = scale.assign(cell=[f"{row.seconds:.1f} s, {row.memory_mb:,} MB" for row in scale.itertuples()],
                         images=[f"{count:,} images" for count in scale["images"]])
    table = cells.pivot_table("cell", "stage", "images", aggfunc="first", fill_value="", sort=False)
    return markdown(table.reset_index())


def markdown_bench(bench: pd.DataFrame) -> str:
    """Benchmarks against other libraries, as a Markdown table: one row each."""
    return markdown(pd.DataFrame({
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
    return markdown(pd.DataFrame({
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
    return markdown(shown)


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
    return markdown(pd.DataFrame(rows))


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
    return markdown(pd.DataFrame(rows))


def _accuracies(rows: pd.DataFrame) -> str:
    return ", ".join(f"{accuracy:.3f}" for accuracy in rows["accuracy"])


def _spread(shares: pd.Series) -> str:
    """The mean of some shares and their standard deviation, in percent."""
    return f"{100 * shares.mean():.0f}% ± {100 * shares.std():.0f}"


# By the names of their markers: the file, and what makes a table of it.
BENCHMARKS: Mapping[str, tuple[str, Callable[[pd.DataFrame], str]]] = {
    "scale": ("scale", markdown_scale), "bench": ("results", markdown_bench), "folds": ("five_folds", markdown_folds),
    "held-out": ("held_out_classes", markdown_held_out), "robustness": ("robustness", markdown_robustness),
    "planted": ("planted_labels", markdown_planted)}
