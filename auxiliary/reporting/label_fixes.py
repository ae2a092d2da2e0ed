"""The table of what label fixes did to each experiment that was trained without and with them."""

import pandas as pd

from auxiliary.core.text import percent
from auxiliary.data.fixes.apply_fixes import LEFT_OUT, with_labels
from auxiliary.data.tables import images_fingerprint
from auxiliary.evaluation.comparison import ALPHA
from auxiliary.evaluation.fixed_labels import FixedLabels, with_and_without
from auxiliary.project.project import Project
from auxiliary.runs.differences import differing
from auxiliary.runs.find import saved_predictions
from auxiliary.runs.labels import run_ids
from auxiliary.runs.seeds import over_seeds


def own_images_hash(project: Project, applied: pd.DataFrame) -> str:
    """The fingerprint of a project's images with their own labels, as its `images_hash` was before the fixes.

    Args:
        project: with the fixes.
        applied: the table `applied-fixes`.
    """
    images = pd.concat([project.train, project.val, project.test])[["original", "content_hash", "category"]]
    images = with_labels(images, applied, "category")
    images = pd.concat([images, applied.loc[applied["outcome"] == LEFT_OUT, images.columns]])
    return images_fingerprint(images.sort_values(["category", "content_hash"]))


def effects(project: Project, results: pd.DataFrame, applied: pd.DataFrame) -> dict[str, FixedLabels]:
    """What the fixes did to each experiment that this root trained without and with them, by its name.

    Args:
        project: with the fixes.
        results: rows of `over_seeds` with `name`, trained with the fixes.
        applied: the table `applied-fixes`.
    """
    own = project.rows.own
    earlier = over_seeds(own[(own["images_hash"] == own_images_hash(project, applied))
                             & (own["split_rule"] == project.split_rule)])
    found = {}
    for _, row in results.iterrows():
        for _, other in earlier[earlier["key"] == row["key"]].iterrows():
            if set(differing(row, other)) <= {"images_hash"}:
                frames = ([*_predictions(each, project)] for each in (other, row))
                if effect := with_and_without(*frames):
                    found[row["name"]] = effect
    return found


def _predictions(row: pd.Series, project: Project) -> list[pd.DataFrame]:
    """The test predictions of a row's runs whose folder is here, of the images of this project."""
    read = saved_predictions(row.to_frame().T, project.paths.models)
    return [project.with_own_images(read[run_id]) for run_id in run_ids(row) if run_id in read]


def effect_table(found: dict[str, FixedLabels]) -> pd.DataFrame:
    """One row per experiment: its accuracies without and with the fixes, and their difference by the fixed labels."""
    return pd.DataFrame([{
        "experiment": name, "test images": each.images, "fixed labels": each.fixed,
        "by own labels": f"{percent(each.before_own)} → {percent(each.after_own)}",
        "by fixed labels": f"{percent(each.before_fixed)} → {percent(each.after_fixed)}",
        "difference, points": _difference(each)} for name, each in found.items()])


def _difference(effect: FixedLabels) -> str:
    low, high = effect.difference.interval(ALPHA)
    return f"{100 * effect.difference.value:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"
