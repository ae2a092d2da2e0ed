"""The stated number of threads; tests/commands/test_train.py trains with it."""

import pytest

from auxiliary.core import runtime, threads
from auxiliary.core.errors import UserError


def test_the_number_is_that_of_the_cores_unless_it_is_stated(monkeypatch):
    monkeypatch.setattr(threads, "usable_cores", lambda: 4)
    assert (threads.used_threads(), threads.busy_cores()) == (4, 4)
    with threads.stated_threads(2):
        assert (threads.used_threads(), threads.busy_cores()) == (2, 2)
        assert runtime.cpu_name().endswith(", 2 cores")
        with threads.stated_threads(9):
            assert (threads.used_threads(), threads.busy_cores()) == (9, 4)
        with threads.stated_threads(None):
            assert threads.used_threads() == 2
        assert threads.used_threads() == 2
    with threads.stated_threads(1):
        assert runtime.cpu_name().endswith(", 1 core")
    assert threads.used_threads() == 4


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "1025", "²", " 2"])
def test_a_variable_without_such_a_number_is_refused(monkeypatch, text):
    monkeypatch.setenv(threads.VARIABLE, text)
    with pytest.raises(UserError, match=f"{threads.VARIABLE} is {text!r}: it must be a number from 1 to 1,024"):
        threads.used_threads()


def test_once_tensorflow_computes_another_number_is_refused():
    runtime.start(0)
    import tensorflow as tf

    begun = float(tf.reduce_sum(tf.ones(2)))
    with threads.stated_threads(threads.usable_cores()):
        runtime.start(0)
        assert runtime.settings()["cores"] == threads.usable_cores()
    with threads.stated_threads(threads.usable_cores() + 1), pytest.raises(UserError, match="start another process"):
        runtime.start(0)
    assert begun == 2
