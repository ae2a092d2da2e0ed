"""`python -m auxiliary models --backbones`: prints the pre-trained networks that an experiment can name."""

import sys
from dataclasses import asdict

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table

from auxiliary.core.console import PlainConsole
from auxiliary.networks.backbones import BACKBONES
from auxiliary.reporting.model_tables import backbone_table

NUMBERS = ("top-1", "at", "parameters", "multiply-adds", "MB")
CSV_COLUMNS = ["name", "about", "top1", "image_size", "channels", "parameters", "multiply_adds", "layers", "smallest"]
CAPTION = ("Top-1 is the published share of right answers on ImageNet, in percent, with images of the size beside it. "
           "Parameters are those without the top, multiply-adds those for an image of 224 pixels.")
HUB = "With the extra `hub`, presets of KerasHub can be named too, such as `backbone: hub:dinov2_small`."


def list_backbones(as_csv: bool = False) -> None:
    """Print all backbones on standard output, the ones that compute least first.

    Args:
        as_csv: print exact numbers as CSV, instead of a table for readers.
    """
    if as_csv:
        table = pd.DataFrame([asdict(each) for each in BACKBONES.values()])[CSV_COLUMNS]
        table.sort_values("multiply_adds").to_csv(sys.stdout, index=False, lineterminator="\n")
        return
    shown, table = Table(box=SIMPLE_HEAD, padding=0, show_edge=False), backbone_table().reset_index()
    for heading in table.columns:
        shown.add_column(heading, justify="right" if heading in NUMBERS else "left", no_wrap=heading != "about")
    for row in table.itertuples(index=False):
        shown.add_row(*row[:-1], f" {row[-1]}")
    console = PlainConsole()
    console.print(shown)
    console.print(CAPTION)
    console.print(HUB)
