"""Robustness to corrupted images: the measured answers, as a table and in sentences."""

from collections.abc import Mapping

import pandas as pd

from auxiliary.core.text import counted, listed, short, with_ends
from auxiliary.evaluation.compare import p_value, points_text
from auxiliary.evaluation.comparison import ALPHA
from auxiliary.evaluation.corruptions import CORRUPTIONS, METHOD, SEVERITIES, SMALL
from auxiliary.evaluation.robustness import CLEAN, COLUMNS, accuracies, kept, kept_difference
from auxiliary.project.project import Project
from auxiliary.runs.find import best_of_stages
from auxiliary.runs.result import LABELS, SCRATCH, TRANSFER

ABOUT = ("Images are corrupted at the size of the processed ones, with severities "
         f"{listed([*map(str, SEVERITIES)], len(SEVERITIES))} of the five of Hendrycks and Dietterich (2019) and their "
         "parameters for blur, noise, brightness and JPEG: those of ImageNet-C, or for images of up to "
         f"{SMALL} pixels those of CIFAR-10-C. Rotation is not theirs: "
         f"{listed([*map(str, CORRUPTIONS['rotation'].amounts)], len(SEVERITIES))} degrees. A network with smaller "
         "images gets the corrupted ones made smaller, which takes away noise. “Drop” is the share of the clean "
         "accuracy that is lost.")


def read_robustness(project: Project) -> pd.DataFrame | None:
    """What `measure_robustness` cached; None where there is nothing, or it is of other images, runs or corruptions."""
    if not project.paths.table("robustness").is_file():
        return None
    found = project.with_own_images(project.table("robustness"))
    best = {run.result.run_id for run in best_of_stages(project.results, project.paths.models).values()}
    is_current = ({"method", CLEAN, *COLUMNS} <= set(found) and (found["method"] == METHOD).all()
                  and set(found["run_id"]) == best
                  and found["filepath"].tolist() == len(best) * project.test["filepath"].tolist())
    return found if is_current else None


def not_measured(project: Project) -> str:
    """A sentence for where there is nothing to show."""
    return ("How the best networks answer for corrupted images was not measured: "
            f"{project.paths.command_for_others('robustness', project.paths.dataset)} measures it.")


def by_stage(found: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of each network by its stage, the one from scratch first, with the images in the same order."""
    return {stage: found[found["stage"] == stage].reset_index(drop=True) for stage in LABELS
            if (found["stage"] == stage).any()}


def network_name(rows: pd.DataFrame) -> str:
    """The experiment of a network and its stage, such as `lite0 (pre-trained)`."""
    return f"{short(rows['experiment'].iloc[0])} ({LABELS[rows['stage'].iloc[0]]})"


def robustness_table(found: pd.DataFrame) -> pd.DataFrame:
    """One row per corruption and severity, the clean images first: each network's accuracy, its interval and its drop.
    """
    shown = {}
    for stage, rows in by_stage(found).items():
        table, label = accuracies(rows), LABELS[stage]
        shown[label] = [with_ends(row.accuracy, row.low, row.high) for row in table.itertuples()]
        # Rounded first: a small gain is no drop of -0%.
        shown[f"drop, {label}"] = ["" if row.corruption == CLEAN or pd.isna(row.drop) else
                                   f"{round(row.drop, 2) + 0:.0%}" for row in table.itertuples()]
    severities = [str(severity or "") for severity in table["severity"]]
    return pd.DataFrame({"corruption": table["corruption"], "severity": severities, **shown})


def robustness_sentences(found: pd.DataFrame) -> str:
    """How much of its accuracy each network keeps, and whether the two differ by more than chance."""
    networks = by_stage(found)
    said = [f"{network_name(rows)} keeps {kept(rows):.0%} of its accuracy of {rows[CLEAN].mean():.3f} on clean images."
            if rows[CLEAN].any() else f"{network_name(rows)} is never right on clean images."
            for rows in networks.values()]
    images = counted(found["filepath"].nunique(), "test image")
    return " ".join([*said, f"That is the mean over {len(COLUMNS):,} corruptions of {images}.", *_verdict(networks)])


def _verdict(networks: Mapping[str, pd.DataFrame]) -> list[str]:
    """Whether two networks keep shares that differ; nothing where there are no two shares."""
    if len(networks) < 2:
        return []
    scratch, pretrained = networks.values()
    difference = kept_difference(pretrained, scratch)
    if difference is None:
        return []
    points, low, high = (100 * value for value in (difference.value, *difference.interval(ALPHA)))
    chance = "chance could explain it" if difference.p >= ALPHA else "more than chance explains"
    return [f"The difference, {LABELS[TRANSFER]} minus {LABELS[SCRATCH]}, is {points_text(points)} points "
            f"[{low:.1f}, {high:.1f}]: {chance} ({p_value(difference.p)}, compared image by image)."]
