"""The README's tables, generated from recorded runs and the documentation in the code.

`python -m tools.update_readme` writes them anew after results were added.
"""

import re

import pandas as pd

from auxiliary.core.errors import UserError
from auxiliary.core.files import write_atomically
from auxiliary.core.paths import REPOSITORY
from auxiliary.evaluation.compare import against_best
from auxiliary.runs.labels import has_duplicates, labelled, ranked, with_interval
from auxiliary.runs.result import LABELS, describe_columns
from auxiliary.runs.results_csv import read_results
from auxiliary.runs.seeds import over_seeds

SCALE, BENCH = "tests/benchmarks/scale.csv", "tests/benchmarks/results.csv"


def markdown_results(results: pd.DataFrame) -> str:
    """The results as a Markdown table: data sets in order of appearance, best validation accuracy first in each.

    The seeds of a row share a line. Each is compared with the best of its data set by the rule of `against`, without
    predictions, which the repository does not hold. What others reported, and test accuracy without images that have
    a near-duplicate in the training set, have a column where there is any.
    """
    table = over_seeds(results)
    groups = [ranked(table[table["dataset"] == name]) for name in table["dataset"].unique()]
    rows = [row for group in groups
            for _, row in group.assign(key=labelled(group), against=against_best(group, reasons=False)).iterrows()]
    tested = "test accuracy [95% interval]" + (" (lowest to highest)" if (table["seeds"] > 1).any() else "")
    lines = pd.DataFrame([{
        "data set": row["dataset"],
        "classes": row["classes"],
        "images (train, val, test)": f"{row['train_images']:,}, {row['val_images']:,}, {row['test_images']:,}",
        "experiment": f"`{row['key']}`",
        "": LABELS[row["stage"]],
        tested: with_interval(row),
        "against the best": row["against"],
        "without twins": _decimals(row["accuracy_without_duplicates"]),
        "published_accuracy": _decimals(row["published_accuracy"]),
        "validation": _decimals(row["val_accuracy"]),
        "parameters": f"{row['parameters']:,}",
        "epochs": row["epochs_total"],
        "training": f"{row['train_seconds']:.0f} s",
    } for row in rows])
    shown = {"published_accuracy": results["published_accuracy"].notna().any(), "without twins": has_duplicates(table)}
    return _markdown(lines.drop(columns=[name for name, there in shown.items() if not there]))


def markdown_scale(scale: pd.DataFrame) -> str:
    """Measured stages as a Markdown table: a line a stage, a column a number of images."""
    said = scale.assign(said=[f"{row.seconds:.1f} s, {row.memory_mb:,} MB" for row in scale.itertuples()],
                        images=[f"{count:,} images" for count in scale["images"]])
    table = said.pivot_table("said", "stage", "images", aggfunc="first", fill_value="", sort=False)
    return _markdown(table.reset_index())


def markdown_bench(bench: pd.DataFrame) -> str:
    """What was compared with other ways of doing it, as a Markdown table: a line each."""
    return _markdown(pd.DataFrame({
        "work": bench["work"], "against": bench["against"],
        "here": [f"{value:.4g}" for value in bench["ours"]], "there": [f"{value:.4g}" for value in bench["baseline"]],
        "ratio": [f"**{ratio:.2f}**" if met else f"{ratio:.2f}"
                  for ratio, met in zip(bench["ratio"], bench["met"], strict=True)],
        "aim": [f"{target:.2g}" for target in bench["target"]],
    }))


def fill(text: str, name: str, content: str) -> str:
    """Replace what stands between the comments `<!-- name -->` and `<!-- /name -->`.

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
    """Write the repository's README anew."""
    readme = REPOSITORY / "README.md"
    text = render(readme.read_text(encoding="utf-8"), read_results(REPOSITORY / "results.csv"),
                  *(pd.read_csv(REPOSITORY / name) for name in (SCALE, BENCH)))
    write_atomically(readme, text)


def _decimals(share: float) -> str:
    return "" if pd.isna(share) else f"{share:.3f}"


def _markdown(frame: pd.DataFrame) -> str:
    lines = [frame.columns, ["---"] * len(frame.columns), *frame.astype(str).itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
