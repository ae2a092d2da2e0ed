import itertools

import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from auxiliary.data.epochs import epoch_order, over_epochs, step_seed, steps_per_epoch


def order(count, shuffle=True, seed=0, epoch=0):
    return epoch_order(count, shuffle, seed, tf.constant(epoch, tf.int64)).numpy().tolist()


def two_steps(epoch):
    """An epoch of two batches that say which they are: epoch 3 gives 30 and 31."""
    return tf.data.Dataset.range(epoch * 10, epoch * 10 + 2)


def numbers(dataset):
    return [int(number) for number in dataset]


def test_epochs_follow_each_other():
    assert numbers(over_epochs(two_steps, steps=2, epochs=3)) == [0, 1, 10, 11, 20, 21]


def test_a_later_start_gives_what_would_have_come_then():
    assert numbers(over_epochs(two_steps, steps=2, first_epoch=2, epochs=2)) == [20, 21, 30, 31]


def test_without_an_end_they_go_on():
    assert numbers(over_epochs(two_steps, steps=2, first_epoch=5, epochs=None).take(5)) == [50, 51, 60, 61, 70]


def test_the_number_of_batches_is_known_beforehand():
    assert over_epochs(two_steps, steps=2, epochs=3).cardinality() == 6


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 50), st.integers(0, 2**31), st.integers(0, 1000))
def test_an_order_has_every_picture_once_and_is_always_the_same(count, seed, epoch):
    assert sorted(order(count, seed=seed, epoch=epoch)) == list(range(count))
    assert order(count, seed=seed, epoch=epoch) == order(count, seed=seed, epoch=epoch)


def test_every_epoch_and_seed_has_an_order_of_its_own():
    orders = {tuple(order(20, seed=seed, epoch=epoch)) for seed, epoch in itertools.product(range(3), range(10))}
    assert len(orders) == 30


def test_without_shuffling_the_order_is_that_of_the_table():
    assert order(5, shuffle=False, epoch=7) == [0, 1, 2, 3, 4]


def test_no_two_steps_or_shuffles_share_a_seed():
    each = range(4)
    steps = [tuple(np.array(step_seed(seed, tf.constant(epoch, tf.int64), tf.constant(step, tf.int64))))
             for seed, epoch, step in itertools.product(each, each, each)]
    shuffles = list(itertools.product(each, each))
    assert len({*steps, *shuffles}) == len(steps) + len(shuffles)


def test_the_last_step_of_an_epoch_may_be_smaller():
    assert [steps_per_epoch(count, 4) for count in (1, 4, 5, 8)] == [1, 1, 2, 2]
