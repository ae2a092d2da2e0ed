"""Sampling gives every category the same number of images, and loses none without need."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auxiliary.config.experiment import ScratchExperiment
from auxiliary.core.errors import UserError
from auxiliary.data.sampling import sample_to_n, sampled, sampling_size
from auxiliary.data.splitting.split import split

ANIMALS10 = {"butterfly": 2112, "cat": 1668, "chicken": 3098, "cow": 1866, "dog": 4863, "elephant": 1446,
             "horse": 2623, "sheep": 1820, "spider": 4821, "squirrel": 1862}


def table(sizes: dict[str, int]) -> pd.DataFrame:
    rows = [(f"{category}/{i}.jpg", category) for category, size in sizes.items() for i in range(size)]
    return pd.DataFrame(rows, columns=["filepath", "category"])


@given(sizes=st.lists(st.integers(1, 30), min_size=1, max_size=5), n=st.integers(1, 70),
       random_state=st.integers(0, 2**32 - 1))
def test_exactly_n_of_each_and_repeats_are_even(sizes, n, random_state):
    df = table({f"class{number}": size for number, size in enumerate(sizes)})
    sample = sample_to_n(df, n, random_state)
    assert list(sample["category"]) == [category for category in sorted(set(df["category"])) for _ in range(n)]
    assert list(sample.index) == list(range(len(sample)))
    times = sample["filepath"].value_counts().reindex(df["filepath"], fill_value=0).to_numpy()
    size = df["category"].map(df["category"].value_counts()).to_numpy()
    assert ((times >= n // size) & (times <= -(-n // size))).all()
    pd.testing.assert_frame_equal(sample, sample_to_n(df, n, random_state))


def test_the_input_is_left_alone_and_another_seed_draws_others():
    df = table({"b": 40, "a": 40})
    before = df.copy()
    one, two = sample_to_n(df, 5, 1), sample_to_n(df, 5, 2)
    pd.testing.assert_frame_equal(df, before)
    assert list(one["filepath"]) != list(two["filepath"])


@pytest.mark.parametrize(("sampling", "n"), [("smallest", 1012), ("mean", 1832), ("largest", 3404), ("none", None)])
def test_animals10_gives_the_sizes_of_the_seeds(sampling, n):
    train, _, _ = split(table(ANIMALS10))
    assert sampling_size(train, sampling) == n


def test_bad_input_is_named():
    with pytest.raises(UserError, match="unknown sampling 'bigest': did you mean 'largest'"):
        sampling_size(table({"a": 3}), "bigest")
    with pytest.raises(UserError, match="at least 1"):
        sample_to_n(table({"a": 3}), 0)


@pytest.mark.parametrize(("sampling", "sizes"), [("none", [2, 4]), ("smallest", [2, 2]), ("largest", [4, 4])])
def test_an_experiment_has_as_many_training_images_as_its_sampling_asks_for(sampling, sizes):
    experiment = ScratchExperiment(model_id="net", key="net", learning_rate=0.1, epochs=1, net="gap", sampling=sampling)
    assert sampled(experiment, table({"a": 2, "b": 4}))["category"].value_counts(sort=False).tolist() == sizes
