"""Prints what the networks of a profile hold and take: `python -m auxiliary models PROFILE`."""

import sys
from collections.abc import Mapping

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from auxiliary.config.parameters import read_parameters
from auxiliary.data.sources import DATA_SETS
from auxiliary.data.walk import walk
from auxiliary.errors import UserError
from auxiliary.lab import Lab
from auxiliary.networks.census import FIGURES, census
from auxiliary.opening import open_lab

# Characters of a terminal from which on there is room for the networks too.
WIDE = 120


def list_models(profile: str, parameters: Mapping[str, str], rows: str = "*", as_csv: bool = False) -> None:
    """Print the figures of a profile's rows on standard output.

    Args:
        profile: a profile's name, or the path of a YAML file.
        parameters: values that replace the profile's, written as in YAML.
        rows: keys of the rows to list, as shell patterns separated by commas.
        as_csv: print all columns of `census` as CSV, instead of a table that fits the terminal.

    Raises:
        UserError: for whatever does not exist or does not fit.
    """
    lab = open_lab(profile, rows, read_parameters(parameters))
    classes = count_classes(lab)
    table = census(lab.profile.rows, classes)
    if as_csv:
        table.to_csv(sys.stdout, index=False, lineterminator="\n")
        return
    # A key is shown as it is written, brackets and all.
    console = Console(markup=False, emoji=False)
    console.print(_shown(table, console.width >= WIDE))
    console.print(f"The figures hold for {classes} classes, the multiply-adds for one picture.", highlight=False)


def count_classes(lab: Lab) -> int:
    """How many categories a lab's pictures are of: as published, or as many as somebody's own folder has folders.

    Raises:
        UserError: for an own folder without pictures in folders.
    """
    own = lab.paths.own
    if own is None:
        return DATA_SETS[lab.paths.dataset].classes
    folders = {entry.folder for entry in walk(own) if not entry.problem}
    if not folders:
        raise UserError(f"{own} holds no pictures in folders: one folder a category is needed")
    return len(folders)


def _shown(table: pd.DataFrame, wide: bool) -> Table:
    shown = Table(box=SIMPLE_HEAD, padding=0, show_edge=False)
    shown.add_column("row", overflow="fold")
    for heading in ("parameters", "trainable", "layers", "multiply-adds", "pixels"):
        shown.add_column(heading, justify="right", no_wrap=True)
    if wide:
        shown.add_column(" network", overflow="fold")
    for entry in table.itertuples(index=False):
        numbers = [f"{getattr(entry, name):,}" for name in (*FIGURES, "image_size")]
        network = [f" {entry.backbone or entry.network}"] if wide else []
        shown.add_row(entry.key, *numbers, *network)
    return shown
