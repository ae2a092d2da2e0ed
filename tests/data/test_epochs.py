import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from auxiliary.data.epochs import epoch_order, over_epochs, steps_per_epoch

LIKE = tf.TensorSpec((None,), tf.int64), tf.TensorSpec((None,), tf.float64)


def order(count, shuffle=True, seed=0, epoch=0):
    return epoch_order(count, shuffle, seed, epoch).tolist()


def batches(count=5, shuffle=False, **options):
    """Batches of two places, and of a number each that tells epoch and step."""
    return over_epochs(lambda places, epoch, step: (places, np.full(len(places), epoch + step / 10)), count, LIKE,
                       shuffle, batch_size=2, **options)


def places(dataset):
    return [batch.tolist() for batch, _ in dataset.as_numpy_iterator()]


def numbers(dataset):
    return np.concatenate([numbers for _, numbers in dataset.as_numpy_iterator()]).tolist()


def test_epochs_follow_each_other():
    assert places(batches(epochs=2)) == 2 * [[0, 1], [2, 3], [4]]


def test_each_batch_is_told_its_epoch_and_step():
    assert numbers(batches(first_epoch=3, epochs=2)) == [3, 3, 3.1, 3.1, 3.2, 4, 4, 4.1, 4.1, 4.2]


def test_each_follows_its_own_order():
    shuffled = np.concatenate(places(batches(shuffle=True, seed=7, epochs=2)))
    assert shuffled.tolist() == order(5, seed=7, epoch=0) + order(5, seed=7, epoch=1)


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_later_start_gives_what_would_have_come_then(shuffle):
    whole, later = batches(shuffle=shuffle, epochs=4), batches(shuffle=shuffle, first_epoch=2, epochs=2)
    assert places(later) == places(whole)[6:]
    assert numbers(later) == numbers(whole)[10:]


def test_without_an_end_they_go_on():
    endless = batches(shuffle=True, first_epoch=5, epochs=None)
    assert places(endless.take(6)) == places(batches(shuffle=True, first_epoch=5, epochs=2))


def test_the_number_of_batches_is_known_beforehand():
    assert batches(epochs=3).cardinality() == 9


@settings(max_examples=50)
@given(st.integers(0, 50), st.integers(0, 2**31), st.integers(0, 1000))
def test_an_order_has_every_image_once_and_is_always_the_same(count, seed, epoch):
    assert sorted(order(count, seed=seed, epoch=epoch)) == list(range(count))
    epoch_order.cache_clear()
    assert order(count, seed=seed, epoch=epoch) == order(count, seed=seed, epoch=epoch)


def test_every_epoch_and_seed_has_an_order_of_its_own():
    orders = {tuple(order(20, seed=seed, epoch=epoch)) for seed, epoch in itertools.product(range(3), range(10))}
    assert len(orders) == 30


def test_without_shuffling_the_order_is_that_of_the_table():
    assert order(5, shuffle=False, epoch=7) == [0, 1, 2, 3, 4]


def test_the_last_step_of_an_epoch_may_be_smaller():
    assert [steps_per_epoch(count, 4) for count in (1, 4, 5, 8)] == [1, 1, 2, 2]


def test_tensorflow_does_not_tune_batches_nor_what_is_derived_from_them():
    assert batches().prefetch(2).options().autotune.enabled is False
