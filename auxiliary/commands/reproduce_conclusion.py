"""The end of `reproduce`: whether the figures of a run and of its new training agree."""

from collections.abc import Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table

from auxiliary.commands.reproduce_tolerance import STATED, beyond_tolerance
from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError

# Number of different figures that are printed; all are in the folders of the two runs.
SHOWN = 20


def conclude(console: PlainConsole, tables: dict[str, pd.DataFrame], reasons: Sequence[str]) -> None:
    """Print the figures of the results where all agree to the last digit; otherwise those that differ.

    Args:
        console: where to print.
        tables: the figures of each run and its new training, see `side_by_side`, by the run's id.
        reasons: what has changed since, by name.

    Raises:
        UserError: some differ.
    """
    everything = pd.concat(tables, names=["run"]).reset_index("run")
    different = everything[everything["then"] != everything["again"]]
    shown = different[:SHOWN] if len(different) else everything[everything["of"] == "result"]
    for run, table in shown.groupby("run", sort=False):
        console.print(_table(run, table))
    count = f"{len(everything):,}"
    if different.empty:
        console.print(f"all {count} figures agree to the last digit: those above, those of every epoch, and the "
                      "prediction of every test image")
        return
    if len(different) > SHOWN:
        console.print(f"and {len(different) - SHOWN:,} more")
    reason = (f"possible reasons are these changes: {', '.join(reasons)}" if reasons else
              "nothing on record has changed, so something else has")
    raise UserError(f"{len(different):,} of {count} figures differ; {reason}")


def conclude_nearly(console: PlainConsole, tables: dict[str, pd.DataFrame], reasons: Sequence[str],
                    images: int) -> None:
    """As `conclude`, for the results of runs that are not deterministic, within a tolerance.

    Args:
        console: where to print.
        tables: as in `conclude`.
        reasons: as in `conclude`.
        images: the fewest images that an accuracy is measured on.

    Raises:
        UserError: some lie further apart.
    """
    results = pd.concat(tables, names=["run"]).reset_index("run").query("of == 'result'")
    beyond = results[beyond_tolerance(results, images)]
    for run, table in (beyond if len(beyond) else results).groupby("run", sort=False):
        console.print(_table(run, table))
    if len(beyond):
        reason = f"; possible reasons are these changes: {', '.join(reasons)}" if reasons else ""
        raise UserError(f"{len(beyond):,} of {len(results):,} figures lie too far apart for a run that is not "
                        f"deterministic ({STATED}){reason}")
    console.print(f"all {len(results):,} figures agree as far as those of a run that is not deterministic do: {STATED}")


def _table(title: str, figures: pd.DataFrame) -> Table:
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0, show_edge=False)
    shown.add_column("figure", overflow="fold")
    for heading in (" then", " again"):
        shown.add_column(heading, justify="right", overflow="fold")
    for entry in figures.itertuples(index=False):
        shown.add_row(entry.figure, f" {entry.then}", f" {entry.again}")
    return shown
