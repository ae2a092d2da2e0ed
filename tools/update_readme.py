"""The README's tables, generated from recorded runs and the descriptions in the code.

`python -m tools.update_readme` writes them again after results were added.
"""

import re

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.paths import REPOSITORY
from auxiliary.evaluation.compare import against_best
from auxiliary.reporting.tables import Table
from auxiliary.runs.labels import has_duplicates, labelled, ranked, with_interval
from auxiliary.runs.result import LABELS, describe_columns
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.seeds import over_seeds

SCALE, BENCH = "tests/benchmarks/scale.csv", "tests/benchmarks/results.csv"


def markdown_results(results: pd.DataFrame) -> str:
    """The results as a Markdown table: data sets in order of appearance, best validation accuracy first in each.

    The seeds of an experiment share a row. Each row is compared with the best of its data set by the rule of
    `auxiliary.evaluation.compare`, without predictions, which the repository does not hold. Published accuracies, and
    test accuracies without duplicates, have a column only if there are any.
    """
    table = over_seeds(results)
    groups = [ranked(table[table["dataset"] == name]) for name in table["dataset"].unique()]
    rows = pd.concat([group.assign(key=labelled(group), against=against_best(group, reasons=False),
                                   interval=[with_interval(row) for _, row in group.iterrows()]) for group in groups])
    ranges = " (lowest to highest)" if (table["seeds"] > 1).any() else ""
    shown = pd.DataFrame({
        "data set": rows["dataset"],
        "classes": rows["classes"],
        "images (train, val, test)": [f"{row.train_images:,}, {row.val_images:,}, {row.test_images:,}"
                                      for row in rows.itertuples()],
        "experiment": "`" + rows["key"] + "`",
        "": rows["stage"].map(LABELS),
        f"test accuracy [95% interval]{ranges}": rows["interval"],
        "against the best": rows["against"],
        "without duplicates": rows["accuracy_without_duplicates"],
        "published": rows["published_accuracy"],
        "validation": rows["val_accuracy"],
        "parameters": rows["parameters"],
        "epochs": rows["epochs_total"],
        "training": [f"{seconds:.0f} s" for seconds in rows["train_seconds"]],
    })
    absent = {"published": results["published_accuracy"].isna().all(), "without duplicates": not has_duplicates(table)}
    return _markdown(shown.drop(columns=[name for name, drop in absent.items() if drop]))


def markdown_scale(scale: pd.DataFrame) -> str:
    """The measured stages as a Markdown table: one row per stage, one column per number of images."""
    cells = scale.assign(cell=[f"{row.seconds:.1f} s, {row.memory_mb:,} MB" for row in scale.itertuples()],
                         images=[f"{count:,} images" for count in scale["images"]])
    table = cells.pivot_table("cell", "stage", "images", aggfunc="first", fill_value="", sort=False)
    return _markdown(table.reset_index())


def markdown_bench(bench: pd.DataFrame) -> str:
    """The comparisons with other libraries as a Markdown table: one row each."""
    return _markdown(pd.DataFrame({
        "work": bench["work"], "against": bench["against"],
        "here": [f"{value:.4g}" for value in bench["ours"]], "there": [f"{value:.4g}" for value in bench["baseline"]],
        "ratio": [f"**{ratio:.2f}**" if met else f"{ratio:.2f}"
                  for ratio, met in zip(bench["ratio"], bench["met"], strict=True)],
        "aim": [f"{target:.2g}" for target in bench["target"]],
    }))


def fill(text: str, name: str, content: str) -> str:
    """Replace the text between the comments `<!-- name -->` and `<!-- /name -->`.

    Raises:
        UserError: when the text has no such comments.
    """
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not block.search(text):
        raise UserError(f"there is no <!-- {name} --> … <!-- /{name} --> to fill")
    return block.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


def render(readme: str, results: pd.DataFrame, scale: pd.DataFrame, bench: pd.DataFrame) -> str:
    """A README's text with its tables up to date."""
    tables = {"results": markdown_results(results), "columns": _markdown(describe_columns()),
              "scale": markdown_scale(scale), "bench": markdown_bench(bench)}
    for name, table in tables.items():
        readme = fill(readme, name, table)
    return readme


def main() -> None:
    """Write the repository's README again."""
    readme = REPOSITORY / "README.md"
    text = render(readme.read_text(encoding="utf-8"), read_results(REPOSITORY / "results.csv"),
                  *(pd.read_csv(REPOSITORY / name) for name in (SCALE, BENCH)))
    write_atomically(readme, text)


def _markdown(frame: pd.DataFrame) -> str:
    """A Markdown table without the frame's index."""
    return Table.from_frame(frame.reset_index(drop=True)).to_markdown()


if __name__ == "__main__":
    main()
