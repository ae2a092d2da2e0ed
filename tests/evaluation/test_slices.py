"""Slices of the test images, and those on which a network is worse."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from auxiliary.evaluation.slices import cut_in_thirds, slices


def test_thirds_are_named_by_their_ends():
    found = cut_in_thirds(pd.Series([9, 1, 2, 8, 3, 7, 4, 6, 5], index=range(10, 19)), unit=" px")
    assert found.cat.categories.tolist() == ["1 to 3 px", "4 to 6 px", "7 to 9 px"]
    assert found.loc[[11, 18, 10]].tolist() == ["1 to 3 px", "4 to 6 px", "7 to 9 px"]


@given(st.lists(st.integers(0, 6), min_size=1, max_size=60))
def test_equal_numbers_are_never_cut_apart_and_names_are_true(numbers):
    values = pd.Series(numbers)
    found = cut_in_thirds(values)
    if len(set(numbers)) == 1:
        assert found.isna().all() or len(set(found)) == 1
        return
    assert found.notna().all()
    for name, group in values.groupby(found.astype(str)):
        assert name == " to ".join(dict.fromkeys(str(end) for end in (group.min(), group.max())))
    assert all(len(set(found[values == value])) == 1 for value in numbers)


def kinds(*counts: int) -> pd.DataFrame:
    return pd.DataFrame({"format": np.repeat([f"f{number}" for number in range(len(counts))], counts)})


def right(*shares: tuple[int, int]) -> np.ndarray:
    """So many right answers of so many images, one pair per slice."""
    return np.concatenate([np.arange(images) < correct for correct, images in shares])


def test_a_slice_is_compared_with_all_other_images():
    found = slices({"one": right((45, 50), (20, 50), (40, 50))}, kinds(50, 50, 50))
    assert found["accuracy"].tolist() == [0.9, 0.4, 0.8] and found["rest"].tolist() == [0.6, 0.85, 0.65]
    assert found["worse"].tolist() == [False, True, False]
    raw = fisher_exact([[20, 30], [85, 15]]).pvalue
    assert found["p"].iloc[1] == pytest.approx(3 * raw)


def test_every_network_counts_in_the_correction():
    one = slices({"one": right((30, 50), (40, 50))}, kinds(50, 50))
    two = slices({"one": right((30, 50), (40, 50)), "two": right((50, 50), (50, 50))}, kinds(50, 50))
    assert len(two) == 4 and two["p"].iloc[0] == pytest.approx(2 * one["p"].iloc[0])


def test_few_images_are_not_called_worse():
    found = slices({"one": right((0, 1), (95, 100))}, kinds(1, 100))
    assert found.set_index("slice").loc["f0", ["accuracy", "worse"]].tolist() == [0, False]


def test_of_equally_good_slices_hardly_any_is_called_worse():
    rng = np.random.default_rng(0)
    alarms = [slices({"one": rng.uniform(size=200) < 0.9, "two": rng.uniform(size=200) < 0.6},
                     kinds(100, 60, 40))["worse"].any() for _ in range(200)]
    assert np.mean(alarms) <= 0.08


def test_what_tells_no_images_apart_is_left_out():
    assert slices({"one": right((3, 4))}, kinds(4)).empty
    assert slices({"one": right((3, 4))}, pd.DataFrame({"side": cut_in_thirds(pd.Series([28.0] * 4))})).empty
