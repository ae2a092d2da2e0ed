"""The README's tables, generated from recorded runs and the documentation in the code.

`python -m auxiliary.reporting.readme` writes them anew after results were added.
"""

import re

import pandas as pd

from auxiliary.errors import UserError
from auxiliary.evaluation.columns import LABELS, describe_columns
from auxiliary.evaluation.results import read_results
from auxiliary.files import write_atomically
from auxiliary.paths import REPOSITORY
from auxiliary.reporting.comparison import labelled, ranked, with_interval
from auxiliary.reporting.seeds import over_seeds


def result_table(results: pd.DataFrame) -> str:
    """The results as a Markdown table: data sets in order of appearance, best validation accuracy first in each.

    The seeds of a row share a line. What others reported has a column where there is any.
    """
    table = over_seeds(results)
    groups = [ranked(table[table["dataset"] == name]) for name in table["dataset"].unique()]
    rows = [row for group in groups for _, row in group.assign(key=labelled(group)).iterrows()]
    tested = "test accuracy [95% interval]" + (" (lowest to highest)" if (table["seeds"] > 1).any() else "")
    lines = pd.DataFrame([{
        "data set": row["dataset"],
        "classes": row["classes"],
        "pictures (train, val, test)": f"{row['train_pictures']:,}, {row['val_pictures']:,}, {row['test_pictures']:,}",
        "row": f"`{row['key']}`",
        "": LABELS[row["stage"]],
        tested: with_interval(row),
        "reported": "" if pd.isna(row["reported"]) else f"{row['reported']:.3f}",
        "validation": f"{row['val_accuracy']:.3f}",
        "parameters": f"{row['parameters']:,}",
        "epochs": row["epochs_total"],
        "training": f"{row['train_seconds']:.0f} s",
    } for row in rows])
    return _markdown(lines if results["reported"].notna().any() else lines.drop(columns="reported"))


def fill(text: str, name: str, content: str) -> str:
    """Replace what stands between the comments `<!-- name -->` and `<!-- /name -->`.

    Raises:
        UserError: when the text has no such comments.
    """
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not block.search(text):
        raise UserError(f"there is no <!-- {name} --> … <!-- /{name} --> to fill")
    return block.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


def render(readme: str, results: pd.DataFrame) -> str:
    """A README's text with its tables up to date."""
    return fill(fill(readme, "results", result_table(results)), "columns", _markdown(describe_columns()))


def main() -> None:
    """Write the repository's README anew."""
    readme = REPOSITORY / "README.md"
    write_atomically(readme, render(readme.read_text(encoding="utf-8"), read_results(REPOSITORY / "results.csv")))


def _markdown(frame: pd.DataFrame) -> str:
    lines = [frame.columns, ["---"] * len(frame.columns), *frame.astype(str).itertuples(index=False)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
