"""The accuracy of the best networks on kinds of test images, as blocks of a page."""

import numpy as np
import pandas as pd

from auxiliary.core.text import counted, short, with_ends
from auxiliary.evaluation.compare import p_value
from auxiliary.evaluation.slices import slices
from auxiliary.reporting.html.blocks import Block, Prose, TitledTable
from auxiliary.reporting.html.report_data import ReportData
from auxiliary.reporting.image_properties import image_properties
from auxiliary.reporting.tables import Table
from auxiliary.runs.result import LABELS

NAMED = 4    # slices that a sentence names
ABOUT = ("In brackets: the 95% interval. Thirds of the test images by the shorter side of the original file in pixels, "
         "and by the mean brightness of the image, from 0 for black to 1 for white. A kind is called worse where "
         "Fisher's exact test tells its accuracy from that of all other test images, corrected for the number of kinds "
         "and networks (Holm).")


def slice_blocks(data: ReportData) -> list[Block]:
    """The accuracy on each kind of test images; no blocks where nothing tells test images apart."""
    found = slices({LABELS[row["stage"]]: _correct(data, row) for row in data.best_runs}, image_properties(
        data.project.test, data.project.train, data.overview, data.raw))
    if found.empty:
        return []
    return [Prose(worse_sentence(found)), TitledTable("Accuracy by kind of image", Table.from_frame(_shown(found)),
                                                      _networks(data)), Prose(ABOUT, small=True)]


def _correct(data: ReportData, row: pd.Series) -> np.ndarray:
    """Which test images a network answers correctly; its predictions are in the order of the table."""
    predictions = data.predictions[row["run_id"]]
    return (predictions["category"] == predictions["predicted"]).to_numpy()


def worse_sentence(found: pd.DataFrame) -> str:
    """On which kinds of images a network is worse than on the others.

    Args:
        found: as `auxiliary.evaluation.slices.slices` returns it.
    """
    worse = found[found["worse"]].sort_values("p", kind="stable")
    if worse.empty:
        return "On no kind of test images is a network worse than on the others by more than chance could explain."
    named = [f"{row.network}, {row.property} {row.slice} ({row.accuracy:.3f} against {row.rest:.3f} on all "
             f"others, {p_value(row.p)})" for row in worse.head(NAMED).itertuples()]
    more = f" And {counted(len(worse) - NAMED, 'more kind')}." if len(worse) > NAMED else ""
    return f"Worse than on the other test images, beyond chance: {'; '.join(named)}.{more}"


def _networks(data: ReportData) -> str:
    return "; ".join(f"{LABELS[row['stage']]}: {short(row['name'])}" for row in data.best_runs) + "."


def _shown(found: pd.DataFrame) -> pd.DataFrame:
    """One row per slice, one column per network."""
    cells = [with_ends(row.accuracy, row.low, row.high) + (", worse" if row.worse else "")
             for row in found.itertuples()]
    index = ["property", "slice", "images"]
    table = found.assign(cell=cells).pivot_table("cell", index, "network", aggfunc="first", sort=False)
    return table.reset_index().rename_axis(columns=None)
