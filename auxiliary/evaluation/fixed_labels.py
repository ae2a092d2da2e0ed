"""What label fixes did to the accuracy of an experiment: trained without and with them, on the same test images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from auxiliary.evaluation.difference import Difference
from auxiliary.evaluation.seed_noise import difference_by_image


@dataclass(frozen=True)
class FixedLabels:
    """The accuracies of an experiment on the test images that both its trainings were evaluated on, 0 to 1.

    Where labels of test images were fixed, accuracy changes without any change of the network. So both trainings are
    judged by the images' own labels and by the fixed ones.

    Attributes:
        images: number of these test images.
        fixed: number of them whose label was fixed.
        before_own: trained without the fixes, judged by the own labels; the mean over the seeds, like the next three.
        after_own: trained with them, judged by the own labels.
        before_fixed: trained without them, judged by the fixed labels.
        after_fixed: trained with them, judged by the fixed labels.
        difference: `after_fixed` minus `before_fixed`.
    """

    images: int
    fixed: int
    before_own: float
    after_own: float
    before_fixed: float
    after_fixed: float
    difference: Difference


def with_and_without(before: Sequence[pd.DataFrame], after: Sequence[pd.DataFrame]) -> FixedLabels | None:
    """Compare the runs of an experiment without label fixes with those with them.

    Args:
        before: test predictions without the fixes, one frame per seed: `filepath`, `category` (the own label) and
            `predicted`.
        after: the same with them; `category` is the fixed label. Images that were left out are missing.

    Returns:
        None where a side has no runs, or they have no test image in common.
    """
    if not before or not after:
        return None
    known = set(before[0]["filepath"])
    files = [file for file in after[0]["filepath"] if file in known]
    if not files:
        return None
    own, fixed = (_column(frames[0], "category", files) for frames in (before, after))
    answers, later = (np.stack([_column(frame, "predicted", files) for frame in frames]) for frames in (before, after))
    return FixedLabels(
        images=len(files), fixed=int((own != fixed).sum()),
        before_own=float((answers == own).mean()), after_own=float((later == own).mean()),
        before_fixed=float((answers == fixed).mean()), after_fixed=float((later == fixed).mean()),
        difference=difference_by_image(later == fixed, answers == fixed))


def _column(frame: pd.DataFrame, name: str, files: Sequence[str]) -> np.ndarray:
    return frame.set_index("filepath")[name].loc[files].to_numpy(str)
