from auxiliary import piece
from auxiliary.piece import Piece, State


class Clock:
    """Time as the test wants it, in seconds."""

    def __init__(self, monkeypatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr(piece, "monotonic", lambda: self.now)


def epochs(done: int, note: str = "", event: str = "step", total: int = 12) -> State:
    return State("row 2 of 4: conv4", done, total, "epoch", note, event)


def test_it_says_how_far_it_is_and_how_long_it_will_still_take(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(epochs(0, event="begin"))
    assert (str(work), work.left) == ("0 of 12 epochs", None)
    clock.now += 40
    work.go_on(epochs(5, "validation accuracy 0.912"))
    assert str(work) == "5 of 12 epochs, about 56 s left, validation accuracy 0.912"


def test_the_time_left_runs_down_between_two_steps(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(epochs(0))
    clock.now += 60
    work.go_on(epochs(6))
    assert work.left == 60
    clock.now += 8
    work.go_on(epochs(6, note="the same step, looked at once more"))
    assert work.left == 52
    clock.now += 100
    assert work.left == 0


def test_what_an_earlier_run_did_does_not_count(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(epochs(9, event="begin"))
    assert work.left is None
    clock.now += 20
    work.go_on(epochs(10))
    assert work.left == 40


def test_at_the_end_it_says_how_long_it_took(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(epochs(0))
    clock.now += 300
    # Stopped early: there is no time left, though there are epochs.
    work.go_on(epochs(7, "validation accuracy 0.912", event="end"))
    assert str(work) == "7 of 12 epochs in 5 min, validation accuracy 0.912"


def test_an_unknown_number_of_steps_has_no_time_left(monkeypatch):
    clock = Clock(monkeypatch)
    work = Piece(State("download", 0, 0, "byte"))
    clock.now += 10
    work.go_on(State("download", 65_536, 0, "byte"))
    assert (str(work), work.left) == ("65,536 bytes", None)


def test_one_is_not_many():
    assert str(Piece(epochs(0, total=1))) == "0 of 1 epoch"
