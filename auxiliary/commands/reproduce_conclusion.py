"""The end of `reproduce`: whether the figures of a run and of its new training agree."""

from collections.abc import Sequence

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table

from auxiliary.core.console import PlainConsole
from auxiliary.core.errors import UserError
from auxiliary.runs.result import RANGES

# Number of different figures that are printed; all are in the folders of the two runs.
SHOWN = 20
# How far the figures of two trainings may lie apart where operations need not give the same numbers again.
# Accuracies and other shares may differ by so much, or by so many images where that is more; losses by so many nats, or
# by this part where that is more.
SHARE, IMAGES = 0.02, 3
NATS, PART = 0.02, 0.25
# Early stopping may end either run sooner.
FREE = {"epochs"}
STATED = (f"accuracies and other shares within {SHARE:g} or {IMAGES} images, losses within {NATS:g} or {PART:.0%}; the "
          "figures of epochs and images are not compared")


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


def beyond_tolerance(figures: pd.DataFrame, images: int) -> pd.Series:
    """Which figures of a result lie further apart than two trainings of one experiment may.

    Args:
        figures: with the columns `figure`, `then` and `again`, as text.
        images: the fewest images that a share is measured on.
    """
    return pd.Series([not _close(*pair, images) for pair in figures[["figure", "then", "again"]].to_numpy()],
                     figures.index, dtype=bool)


def _close(name: str, then: str, again: str, images: int) -> bool:
    if then == again or name in FREE:
        return True
    try:
        one, other = float(then), float(again)
    except ValueError:    # such as where a run diverged
        return False
    # A NaN is close to nothing.
    return abs(one - other) <= (max(SHARE, IMAGES / images) if _is_share(name) else max(NATS, PART * max(one, other)))


def _is_share(name: str) -> bool:
    return name in RANGES and RANGES[name].most == 1


def _table(title: str, figures: pd.DataFrame) -> Table:
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=0, show_edge=False)
    shown.add_column("figure", overflow="fold")
    for heading in (" then", " again"):
        shown.add_column(heading, justify="right", overflow="fold")
    for entry in figures.itertuples(index=False):
        shown.add_row(entry.figure, f" {entry.then}", f" {entry.again}")
    return shown
