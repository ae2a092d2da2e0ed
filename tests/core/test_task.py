import pytest

from auxiliary.core import task as module
from auxiliary.core.task import State, Task


class Clock:
    """Time as the test sets it, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic", lambda: clock.now)
    return clock


def epochs(done: int, note: str = "", event: str = "step", total: int = 12) -> State:
    return State("experiment 2 of 4: conv4", done, total, "epoch", note, event)


def test_text_has_steps_time_left_and_note(clock):
    task = Task(epochs(0, event="begin"))
    assert (str(task), task.seconds_left) == ("0 of 12 epochs", None)
    clock.now += 99
    task.update(epochs(1, "validation accuracy 0.712"))
    assert (str(task), task.seconds_left) == ("1 of 12 epochs, validation accuracy 0.712", None)
    clock.now += 32
    task.update(epochs(5, "validation accuracy 0.912"))
    assert str(task) == "5 of 12 epochs, about 56 s left, validation accuracy 0.912"


def test_steps_are_named_in_the_plural():
    assert [str(Task(State("hold out classes", 0, total, "class"))) for total in (1, 3)] == [
        "0 of 1 class", "0 of 3 classes"]
    assert str(Task(State("features", 2, 2, "batch", event="step"))) == "2 of 2 batches"


def test_the_first_step_does_not_count_even_where_it_takes_most_of_the_time(clock):
    task = Task(epochs(0, total=40, event="begin"))
    for done, seconds in ((1, 50), (2, 3), (3, 3)):
        clock.now += seconds
        task.update(epochs(done, total=40))
    assert task.seconds_left == 37 * 3


def test_steps_of_one_moment_tell_nothing(clock):
    task = Task(epochs(0))
    clock.now += 20
    for done in (1, 2, 3):
        task.update(epochs(done))
    assert task.seconds_left is None
    clock.now += 6
    task.update(epochs(4))
    # Three steps since the first took six seconds.
    assert task.seconds_left == 16


def test_time_left_decreases_between_two_steps(clock):
    task = Task(epochs(0))
    clock.now += 30
    task.update(epochs(1))
    clock.now += 50
    task.update(epochs(6))
    assert task.seconds_left == 60
    clock.now += 8
    task.update(epochs(6, "the same step again"))
    assert task.seconds_left == 52
    clock.now += 100
    assert task.seconds_left == 0


def test_steps_of_an_earlier_run_do_not_count(clock):
    task = Task(epochs(9, event="begin"))
    assert task.seconds_left is None
    clock.now += 50
    task.update(epochs(10))
    clock.now += 20
    task.update(epochs(11))
    assert task.seconds_left == 20


def test_text_at_the_end_has_the_duration(clock):
    task = Task(epochs(0))
    clock.now += 300
    # Stopped early: no time is left, though epochs are.
    task.update(epochs(7, "validation accuracy 0.912", event="end"))
    assert str(task) == "7 of 12 epochs in 5 min, validation accuracy 0.912"


def test_unknown_number_of_steps_has_no_time_left(clock):
    task = Task(State("download", 0, 0, "byte"))
    clock.now += 10
    task.update(State("download", 65_536, 0, "byte"))
    assert (str(task), task.seconds_left) == ("65,536 bytes", None)


def test_one_step_is_singular():
    assert str(Task(epochs(0, total=1))) == "0 of 1 epoch"
