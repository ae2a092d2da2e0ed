"""What docs/results.md says of a published table of accuracies: rank correlations, rows far off, and the figure."""

import pandas as pd

from auxiliary.core.text import with_ends
from auxiliary.evaluation.compare import points_text
from auxiliary.evaluation.comparison import by_images
from auxiliary.evaluation.rank_agreement import rank_agreement, rho_by_noise
from auxiliary.reporting.published_figure import published_figure
from auxiliary.reporting.published_rows import far_off
from auxiliary.runs.result import LABELS, SCRATCH
from tools.figures import Figures, described
from tools.published_table import PublishedTable

# The figure for wide pages and for phones, by the names of its files.
FIGURES = {"{}-published.svg": False, "{}-published-narrow.svg": True}


def ranks_frame(table: PublishedTable) -> pd.DataFrame:
    """Rank correlations of published and measured accuracies: of the experiments from scratch, and of all.

    Returns:
        Columns `experiments`, `measured`, `rho`, `tau-b`, and `rho of the same order`: what noise leaves of it.
    """
    rows = table.rows
    scratch = [key for key, each in table.experiments.items() if each.stage == SCRATCH]
    return pd.DataFrame([_ranks(table, name, keys, rows[rows["key"].isin(keys)]) for name, keys in
                         ((LABELS[SCRATCH], scratch), ("all", [*table.experiments]))])


def _ranks(table: PublishedTable, name: str, keys: list[str], rows: pd.DataFrame) -> dict[str, str]:
    cells = {"experiments": name, "measured": f"{len(rows):,} of {len(keys):,}", "rho": "", "tau-b": "",
             "rho of the same order": ""}
    if (found := rank_agreement(rows["published_accuracy"], rows["accuracy"])) is None:
        return cells
    median, low, high = rho_by_noise(rows["published_accuracy"], (table.test_images, int(rows["test_images"].iloc[0])))
    return cells | {"rho": _with_interval(found.rho, found.rho_interval),
                    "tau-b": _with_interval(found.tau, found.tau_interval),
                    "rho of the same order": f"{median:.2f} ({low:.2f} to {high:.2f})"}


def _with_interval(value: float, ends: tuple[float, float] | None) -> str:
    return f"{value:.2f} [{ends[0]:.2f}, {ends[1]:.2f}]" if ends else f"{value:.2f}"


def far_frame(table: PublishedTable) -> pd.DataFrame:
    """The experiments whose accuracy here is more than 0.05 from the published one, with the profile's note."""
    rows = far_off(table.rows)
    return pd.DataFrame({
        "experiment": "`" + rows["key"] + "`", "published": rows["published_accuracy"],
        "here": [with_ends(*by_images(row)) for _, row in rows.iterrows()],
        "points": [points_text(100 * (row["accuracy"] - row["published_accuracy"])) for _, row in rows.iterrows()],
        "note of the profile": [table.experiments[key].note for key in rows["key"]]})


def others_text(table: PublishedTable) -> str:
    """A sentence on the rows with other settings than the profile's; empty for none."""
    found = ", ".join(table.others)
    return f"Not counted, because trained with other settings: {found}." if found else ""


def published_figures(table: PublishedTable) -> Figures:
    """The published accuracies against those measured here, for wide pages and for phones."""
    drawn = table.rows[["key", "published_accuracy", "accuracy", "accuracy_low", "accuracy_high"]]
    return {name.format(table.dataset): described(published_figure(table.rows, table.images, narrow), drawn)
            for name, narrow in FIGURES.items()}
