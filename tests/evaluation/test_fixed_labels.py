import numpy as np
import pandas as pd
import pytest

from auxiliary.evaluation.fixed_labels import with_and_without
from auxiliary.evaluation.significance import mcnemar

FILES = [f"{number}.png" for number in range(6)]


def predictions(labels: str, predicted: str, files=FILES) -> pd.DataFrame:
    """One letter for each image."""
    return pd.DataFrame({"filepath": files, "category": list(labels), "predicted": list(predicted)})


def test_a_case_worked_by_hand():
    # Images 0 and 1 are relabelled from a to b, image 5 is left out.
    before = predictions("aaaabb", "aabaab")
    after = predictions("bbaab", "bbaaa", FILES[:5])
    found = with_and_without([before], [after])
    assert (found.images, found.fixed) == (5, 2)
    assert (found.before_own, found.after_own) == (3 / 5, 2 / 5)
    assert (found.before_fixed, found.after_fixed) == (1 / 5, 4 / 5)
    assert found.difference.value == pytest.approx(3 / 5)
    assert found.difference.p == mcnemar(3, 0)


def test_the_order_of_images_does_not_matter():
    before, after = predictions("aaabbb", "aababb"), predictions("aabbbb", "aabbbb")
    shuffled = after.sample(frac=1, random_state=0)
    assert with_and_without([before], [shuffled]) == with_and_without([before], [after])


def test_several_seeds_are_their_mean():
    before = [predictions("aaabbb", answers) for answers in ("aaabbb", "bbbbbb")]
    after = [predictions("aaabbb", answers) for answers in ("aaabba", "aaabbb", "aaabbb")]
    found = with_and_without(before, after)
    assert found.before_own == found.before_fixed == np.mean([1, 1 / 2])
    assert found.after_own == pytest.approx(np.mean([5 / 6, 1, 1]))
    assert found.fixed == 0


def test_nothing_to_compare_is_no_comparison():
    table = predictions("aaabbb", "aaabbb")
    assert with_and_without([], [table]) is None
    assert with_and_without([table], []) is None
    assert with_and_without([table], [table.assign(filepath="other.png").head(1)]) is None
